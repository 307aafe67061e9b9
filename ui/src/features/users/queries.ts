import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { answer, api } from '@/api/client';
import type { InvitationStatus, Language, Member, Role } from '@/api/types';
import { useTenantId } from '@/app/session/useSession';
import type { ListQuery } from '@/components/listState';

export type MemberFilter = 'role' | 'is_active';
export type InvitationFilter = 'status';

export const membersQuery = (
  tenantId: string,
  query: ListQuery & Partial<Record<MemberFilter, string>>,
) =>
  queryOptions({
    queryKey: [tenantId, 'users', query],
    queryFn: () => {
      // Whatever the URL says; the server refuses what it does not know.
      const { is_active, role, ...rest } = query;
      return answer(
        api.GET('/api/v6/users', {
          params: {
            query: {
              ...rest,
              role: role as Role | undefined,
              is_active: is_active === undefined ? undefined : is_active === 'true',
            },
          },
        }),
      );
    },
    placeholderData: keepPreviousData,
  });

export const invitationsQuery = (
  tenantId: string,
  query: ListQuery & Partial<Record<InvitationFilter, string>>,
) =>
  queryOptions({
    queryKey: [tenantId, 'invitations', query],
    queryFn: () => {
      const status = query.status as InvitationStatus | undefined;
      return answer(api.GET('/api/v6/invitations', { params: { query: { ...query, status } } }));
    },
    placeholderData: keepPreviousData,
  });

/** A member's place counts against the tenant's limit, hence `me` too. */
function useRefreshPeople() {
  const queryClient = useQueryClient();
  const tenantId = useTenantId();
  return () =>
    Promise.all(
      ['users', 'invitations', 'me'].map((name) =>
        queryClient.invalidateQueries({ queryKey: [tenantId, name] }),
      ),
    );
}

export function useChangeMembership() {
  const onSuccess = useRefreshPeople();
  return useMutation({
    mutationFn: ({ member, ...body }: { member: Member; role?: Role; is_active?: boolean }) =>
      answer(
        api.PATCH('/api/v6/memberships/{id}', {
          params: { path: { id: member.membership.id } },
          body,
        }),
      ),
    onSuccess,
  });
}

export function useRemoveMembership() {
  const onSuccess = useRefreshPeople();
  return useMutation({
    mutationFn: (member: Member) =>
      api.DELETE('/api/v6/memberships/{id}', { params: { path: { id: member.membership.id } } }),
    onSuccess,
  });
}

export function useInvite() {
  const onSuccess = useRefreshPeople();
  return useMutation({
    mutationFn: (body: { email: string; role: Role; language: Language }) =>
      answer(api.POST('/api/v6/invitations', { body })),
    onSuccess,
  });
}

export function useResendInvitation() {
  const onSuccess = useRefreshPeople();
  return useMutation({
    mutationFn: (id: string) =>
      answer(api.POST('/api/v6/invitations/{id}/resend', { params: { path: { id } } })),
    onSuccess,
  });
}

export function useRevokeInvitation() {
  const onSuccess = useRefreshPeople();
  return useMutation({
    mutationFn: (id: string) =>
      api.DELETE('/api/v6/invitations/{id}', { params: { path: { id } } }),
    onSuccess,
  });
}
