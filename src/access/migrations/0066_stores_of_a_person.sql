-- A person's stores: those that they were given, or those that lie in the regions and brands that they were given.
-- The catalogue comes with a later domain: until it is there, only stores that were named count.
create function access.stores_of(regions text[], stores text[], brands text[]) returns text[]
  language plpgsql stable parallel safe as $$
begin
  if regions is null and brands is null then
    return coalesce(stores, '{}');
  end if;
  if to_regclass('catalogue.stores') is null then
    return '{}';
  end if;
  return array(
    select s.store_code from catalogue.stores s
    where (regions is null or s.region_code = any (regions)) and (stores is null or s.store_code = any (stores))
      and (brands is null or s.brand_code = any (brands))
    order by s.store_code
  );
end $$;
