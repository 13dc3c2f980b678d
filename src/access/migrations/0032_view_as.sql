-- Whose eyes a session looks through, on demo data only; null: the person's own.
alter table access.session add column view_role text, add column view_stores text[];
