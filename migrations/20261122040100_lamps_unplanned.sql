-- Nobody ever asked when a lamp was looked at last. No release knows the column, so none is broken.
alter table lamps drop column planned_at;
