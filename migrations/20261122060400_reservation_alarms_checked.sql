-- Every alarm there is has one of the kinds; checked apart, so that nobody waits for it.
alter table alarms validate constraint alarms_kind;
