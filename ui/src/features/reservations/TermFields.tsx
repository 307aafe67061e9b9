import { Form, Radio } from 'antd';
import { useTranslation } from 'react-i18next';
import type { ReservationTerms } from '@/api/types';
import { NumberField } from '@/components/NumberField';
import { type LetterChoice, letterChoices, type TermName, termGroups, termOf } from './terms';
import styles from './terms.module.css';
import { useTermWords } from './termWords';

type Props = {
  isReadOnly: boolean;
  /** Whether these are the terms of one site. */
  isAtSite: boolean;
  /** What holds for all other sites, where this one has terms of its own. */
  elsewhere: ReservationTerms | null;
};

/** Every term: what it says, between what it may lie, and what is usual. */
export function TermFields(props: Props) {
  const { t } = useTranslation();
  return (
    <div className={styles.groups}>
      {Object.entries(termGroups).map(([group, names]) => (
        <fieldset key={group} className={styles.group}>
          <legend>{t(`terms.groups.${group as keyof typeof termGroups}`)}</legend>
          {group === 'letters' && <LettersField {...props} />}
          {names.map((name) => (
            <TermField key={name} name={name} {...props} />
          ))}
        </fieldset>
      ))}
    </div>
  );
}

function TermField({ name, isReadOnly, isAtSite, elsewhere }: Props & { name: TermName }) {
  const { t } = useTranslation();
  const words = useTermWords();
  const value: number | null = Form.useWatch(name) ?? null;
  const { step, begins, isOfTenant } = termOf(name);
  const isOptional = begins !== undefined;
  const isElsewhere = isAtSite && isOfTenant === true;
  return (
    <Form.Item
      name={name}
      label={words.label(name)}
      extra={
        <>
          {words.extra(name)}
          {isElsewhere && ` ${t('terms.forAllSites')}`}
          <span className={styles.bounds}>{words.bounds(name)}</span>
          {elsewhere && elsewhere[name] !== value && (
            <span className={styles.elsewhere}>
              {t('terms.elsewhere', { value: words.value(name, elsewhere[name] ?? null) })}
            </span>
          )}
        </>
      }
      rules={isOptional ? [] : [{ required: true, message: t('terms.numberRequired') }]}
    >
      <NumberField
        step={step}
        usual={begins ?? 0}
        isOptional={isOptional}
        isReadOnly={isReadOnly || isElsewhere}
        unit={value === null && !isOptional ? '' : words.unitOf(name, value)}
        switchLabel={t('terms.limit', { what: words.label(name) })}
      />
    </Form.Item>
  );
}

function LettersField({ isReadOnly, elsewhere }: Props) {
  const { t } = useTranslation();
  const words = useTermWords();
  const value: LetterChoice | undefined = Form.useWatch('letters');
  return (
    <Form.Item
      name="letters"
      label={words.label('letters')}
      extra={
        <>
          {words.extra('letters')}
          {elsewhere && elsewhere.letters !== value && (
            <span className={styles.elsewhere}>
              {t('terms.elsewhere', { value: words.letters(elsewhere.letters) })}
            </span>
          )}
        </>
      }
    >
      <Radio.Group
        disabled={isReadOnly}
        options={letterChoices.map((choice) => ({ value: choice, label: words.letters(choice) }))}
      />
    </Form.Item>
  );
}
