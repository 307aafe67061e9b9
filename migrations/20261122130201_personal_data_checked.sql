-- Apart from where it was made, so that nobody waits for the look at the rows.
alter table reservation_terms validate constraint reservation_terms_retention;
