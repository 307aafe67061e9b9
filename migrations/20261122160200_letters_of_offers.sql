-- Whether whoever a bay is held for was told only that it is theirs to claim.
alter table reservation_letters add column told_is_offer boolean not null default false;
