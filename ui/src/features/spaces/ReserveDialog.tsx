import { useQuery } from '@tanstack/react-query';
import { Form, Modal } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { siteQuery } from '@/api/estate';
import type { ReservationWish, Space } from '@/api/types';
import { leaveWaitlist } from '@/api/waitlist';
import { useTenantId } from '@/app/session/useSession';
import { FormProblem } from '@/components/FormProblem';
import { useFormats } from '@/components/format';
import { HolderFields } from '@/components/HolderFields';
import { SpanFields, STEP_MINUTES, TimesIn, WALL } from '@/components/SpanFields';
import { TakenTimes } from '@/components/TakenTimes';
import { useToast } from '@/components/toast';
import { useSubmit } from '@/components/useSubmit';
import { WaitInstead } from '@/components/WaitInstead';
import { instantOf, wallOf } from '@/components/zoneTime';
import { useCancelReservation, useReserve, useWait } from './queries';

type Values = {
  start_time: Dayjs;
  end_time: Dayjs;
  name?: string;
  email?: string;
  plate?: string;
  notes?: string;
};

type Props = { space: Space; onClose: () => void };

/** Reserves one bay, in the site's time. */
export function ReserveDialog({ space, onClose }: Props) {
  const { t } = useTranslation();
  const site = useQuery(siteQuery(useTenantId(), space.site_id)).data?.site;
  // Without the site's time zone its hours mean nothing.
  return site ? (
    <ReserveForm space={space} zone={site.timezone} onClose={onClose} />
  ) : (
    <Modal
      open
      loading
      title={t('reservations.reserveTitle', { code: space.code })}
      onCancel={onClose}
      footer={null}
    />
  );
}

/** The next five minutes on the wall clock of the site, and an hour from then. */
function firstValues(zone: string): Pick<Values, 'start_time' | 'end_time'> {
  const wall = dayjs(wallOf(zone, Date.now()));
  const late = STEP_MINUTES - (wall.minute() % STEP_MINUTES);
  const start_time = wall.add(late, 'minute').second(0);
  return { start_time, end_time: start_time.add(1, 'hour') };
}

function ReserveForm({ space, zone, onClose }: Props & { zone: string }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const toast = useToast();
  const reserve = useReserve();
  const cancel = useCancelReservation();
  const wait = useWait();
  const [form] = Form.useForm<Values>();
  const [initial] = useState(() => firstValues(zone));
  const { code, id } = space;
  const instant = (wall: Dayjs) => instantOf(zone, wall.format(WALL));
  const text = (typed: string | undefined) => typed?.trim() || undefined;
  const wishOf = (values: Values): ReservationWish => {
    const [name, email, plate] = [values.name, values.email, values.plate].map(text);
    const notes = text(values.notes);
    return {
      space_id: id,
      start_time: instant(values.start_time),
      end_time: instant(values.end_time),
      holder: {
        ...(name ? { name } : {}),
        ...(email ? { email } : {}),
        ...(plate ? { plate } : {}),
      },
      ...(notes ? { notes } : {}),
    };
  };
  const { submit, isSending, error, shownFields, reset } = useSubmit({
    form,
    fields: ['start_time', 'end_time', 'name', 'email', 'plate', 'notes'],
    send: (values: Values) => reserve.mutateAsync(wishOf(values)),
    onDone: (reservation) => {
      onClose();
      const from = formats.instantIn(zone, reservation.start_time);
      toast.undoable(t('reservations.reserved', { code, from }), () =>
        cancel.mutateAsync({ id: reservation.id }),
      );
    },
  });
  const join = () =>
    wait.mutate(wishOf(form.getFieldsValue(true)), {
      onSuccess: (entry) => {
        onClose();
        toast.undoable(t('waitlist.joined', { n: entry.position ?? 1 }), () =>
          leaveWaitlist(entry.id),
        );
      },
      onError: toast.failed,
    });
  return (
    <Modal
      open
      title={t('reservations.reserveTitle', { code })}
      onCancel={onClose}
      okText={t('reservations.reserve')}
      okButtonProps={{ htmlType: 'submit', formNoValidate: true, form: 'reserve' }}
      cancelText={t('common.cancel')}
      confirmLoading={isSending}
    >
      <FormProblem error={error} shownFields={shownFields} />
      <TakenTimes error={error} zone={zone} />
      <WaitInstead error={error} isSending={wait.isPending} onWait={join} />
      <Form
        form={form}
        name="reserve"
        layout="vertical"
        initialValues={initial}
        onFinish={submit}
        // What was refused is not what is wanted any more.
        onValuesChange={() => error && reset()}
      >
        <SpanFields
          autoFocus
          minutesOf={(start, end) =>
            (Date.parse(instantOf(zone, end)) - Date.parse(instantOf(zone, start))) / 60_000
          }
        />
        <TimesIn site={space.site_name} zone={zone} />
        <HolderFields />
      </Form>
    </Modal>
  );
}
