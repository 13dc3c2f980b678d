-- The place of a token among those of its component before the index key was exchanged: ties stay settled as they were.
-- Places count within one component only, so that they tell next to nothing of the token of before.
alter table members.holding add column tie int;
