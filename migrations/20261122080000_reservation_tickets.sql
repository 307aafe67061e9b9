-- The number of the link by which a guest sees a reservation: only the link that bears it is good.
alter table reservations add column ticket_number integer not null default 1;
