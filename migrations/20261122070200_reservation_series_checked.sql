-- No reservation was of a series before there were any.
alter table reservations validate constraint reservations_series_fkey;
alter table reservations validate constraint reservations_series_whole;
