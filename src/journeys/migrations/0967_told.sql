-- What a run's messages tell of what let it in: numbers and codes under the names of docs/data.md; null: they tell nothing of it.
alter table journeys.run add column given json;
