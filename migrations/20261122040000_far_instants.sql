-- Nothing is planned for a time that programs cannot reckon with or write down in four digits: they
-- end in the year 9998. Not validated: a row from before may lie beyond, is harmless as long as it is
-- read, and can be lifted or brought nearer, but not validated away.
alter table overrides
  add constraint overrides_in_reach check (lifted_at is not null
    or (starts_at < '9999-01-01T00:00:00Z' and (ends_at is null or ends_at < '9999-01-01T00:00:00Z'))) not valid;
alter table closures
  add constraint closures_in_reach check (ended_at is not null or ends_at < '9999-01-01T00:00:00Z') not valid;
