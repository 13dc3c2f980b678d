-- For later domains: which tier a member number came to, and from which business day on.
create view catalogue.tier_changes as
select history_id, member_id as number, to_tier as tier, day from tiers.history;
