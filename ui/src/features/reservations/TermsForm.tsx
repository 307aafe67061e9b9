import { Alert, Form } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ReservationTerms } from '@/api/types';
import { ConflictAlert } from '@/components/ConflictAlert';
import { FormProblem } from '@/components/FormProblem';
import { GatedButton } from '@/components/GatedButton';
import { useToast } from '@/components/toast';
import { useLeaveGuard } from '@/components/useLeaveGuard';
import { useSubmit } from '@/components/useSubmit';
import { useVersioned } from '@/components/useVersioned';
import { TermFields } from './TermFields';
import {
  changeOf,
  type FieldName,
  fieldNames,
  isChanged,
  isOwn,
  type TermValues,
  valuesOf,
} from './terms';
import styles from './terms.module.css';
import { readTerms, type TermsOf, useChangeTerms } from './termsQueries';
import { useTermWords } from './termWords';
import { useTakeBack } from './useTakeBack';

type Props = {
  site: TermsOf;
  siteName: string | null;
  /** What holds there now, whosever it is. */
  known: ReservationTerms;
  /** What holds for all sites without their own. */
  elsewhere: ReservationTerms;
  refusal: string | null;
};

/** The terms one by one, changed together. */
export function TermsForm({ site, siteName, known, elsewhere, refusal }: Props) {
  const { t } = useTranslation();
  const toast = useToast();
  const change = useChangeTerms();
  const [form] = Form.useForm<TermValues>();
  const [isUnsaved, setIsUnsaved] = useState(false);
  useLeaveGuard(isUnsaved, { text: t('terms.leaveText'), stay: t('terms.stay') }, 'site_id');
  const versioned = useVersioned<ReservationTerms, TermValues>({
    form,
    fields: fieldNames,
    known: { thing: known, etag: null },
    valuesOf,
    reload: async () => ({ thing: await readTerms(site), etag: null }),
    // Taken over, terms become own by being saved as they are; own ones that stay are no change.
    save: async (values, { thing: base }) =>
      isOwn(base) && !isChanged(base, values)
        ? base
        : change.mutateAsync({ site, base, body: changeOf(base, values) }),
  });
  const begin = (thing: ReservationTerms) => {
    versioned.restart({ thing, etag: null });
    setIsUnsaved(false);
  };
  const { submit, isSending, error, shownFields, reset } = useSubmit({
    form,
    fields: fieldNames,
    send: versioned.send,
    onDone: (saved) => {
      begin(saved as ReservationTerms);
      toast.done(siteName === null ? t('terms.saved') : t('terms.savedAt', { site: siteName }));
    },
  });
  const takeBack = useTakeBack(site, siteName, (now) => {
    reset();
    begin(now);
  });

  // What somebody else changed is shown to whoever has typed nothing; who has is asked on saving.
  // biome-ignore lint/correctness/useExhaustiveDependencies: each time the server says something else.
  useEffect(() => {
    if (!isUnsaved) versioned.restart({ thing: known, etag: null });
  }, [known]);

  const { thing: base } = versioned.base;
  const own = isOwn(base);
  return (
    <>
      <Standing terms={base} siteName={siteName} refusal={refusal} />
      {versioned.theirs ? (
        <Quarrel
          theirs={versioned.theirs}
          clashes={versioned.clashes}
          isSending={isSending}
          onKeepMine={versioned.keepMine}
          onTakeTheirs={() => {
            versioned.takeTheirs();
            setIsUnsaved(false);
          }}
        />
      ) : (
        <FormProblem error={error} shownFields={shownFields} />
      )}
      <Form
        form={form}
        name="terms"
        layout="vertical"
        requiredMark={false}
        noValidate
        initialValues={valuesOf(known)}
        onValuesChange={(_, values) => setIsUnsaved(isChanged(base, values))}
        onFinish={submit}
      >
        <TermFields
          isReadOnly={refusal !== null}
          isAtSite={site !== null}
          elsewhere={site !== null && own ? elsewhere : null}
        />
        <div className={styles.buttons}>
          <GatedButton
            type="primary"
            htmlType={refusal ? 'button' : 'submit'}
            loading={isSending}
            isAllowed={refusal === null}
            reason={refusal ?? ''}
          >
            {t('common.save')}
          </GatedButton>
          {own && (
            <GatedButton
              isAllowed={refusal === null}
              reason={refusal ?? ''}
              onClick={() => takeBack(base)}
            >
              {site === null ? t('terms.takeUsual') : t('terms.takeTenants')}
            </GatedButton>
          )}
        </div>
      </Form>
    </>
  );
}

type StandingProps = {
  terms: ReservationTerms;
  siteName: string | null;
  refusal: string | null;
};

/** Whose terms these are, what becomes of a change, and why one cannot make any. */
function Standing({ terms, siteName, refusal }: StandingProps) {
  const { t } = useTranslation();
  const whose =
    siteName === null
      ? t(`terms.standing.${terms.source === 'tenant' ? 'tenant' : 'standard'}`)
      : t(`terms.standingAt.${terms.source}`, { site: siteName });
  return (
    <Alert
      type="info"
      showIcon
      className={styles.standing}
      title={whose}
      {...(refusal && { description: refusal })}
    />
  );
}

type QuarrelProps = {
  theirs: ReservationTerms;
  clashes: { field: FieldName; isBoth: boolean }[];
  isSending: boolean;
  onKeepMine: () => void;
  onTakeTheirs: () => void;
};

/** What somebody else has set meanwhile, by the words of the form. */
function Quarrel({ theirs, clashes, ...rest }: QuarrelProps) {
  const words = useTermWords();
  const rows = clashes.map(({ field, isBoth }) => ({
    field,
    label: words.label(field),
    theirs: words.said(field, valuesOf(theirs)),
    isBoth,
  }));
  return <ConflictAlert rows={rows} {...rest} />;
}
