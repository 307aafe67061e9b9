-- The session of a device before the one that goes on: what comes of it now comes late, and says
-- nothing of how the messages of the present one are numbered.
alter table devices add column radio_session_before text;
