-- All terms there are have what the last file gave them; checked apart, so that nobody waits for it.
alter table reservation_terms validate constraint reservation_terms_letters;
alter table reservation_terms validate constraint reservation_terms_reminder;
