-- No override named a closure before there were any.
alter table overrides validate constraint overrides_closure_fkey;
