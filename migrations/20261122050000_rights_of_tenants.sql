-- What a tenant writes is what is its to say: history stays, and which tenant of ChirpStack it is the
-- platform says.
revoke delete on reservations, reservation_changes, downlinks from parking_tenant;
revoke update on chirpstack_links from parking_tenant;
grant update (gives, profile_a, profile_c, profiles, updated_at, version) on chirpstack_links to parking_tenant;

-- Nothing is looked up by it: whose turn it is, is asked across tenants.
drop index chirpstack_links_due;
