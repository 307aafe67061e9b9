-- For how long it is kept for whom bays were reserved, and that it is kept no longer.

-- In days after the end; for good if null. Only the row without a site says it: a person's reservations
-- lie on many sites.
alter table reservation_terms
  add column retention_days int default 365,
  add constraint reservation_terms_retention check (retention_days between 1 and 3650) not valid;

-- When a reservation lost its person, its notes and its reasons; when and where it was stays.
alter table reservations add column erased_at timestamptz;

-- Whoever erases what is old erases why a series was called off as well.
grant update on reservation_series to parking_worker;
