import { Alert, Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PersonHeld } from '@/api/types';
import { saveFile } from '@/components/clipboard';
import { Fact, Facts } from '@/components/Facts';
import { useFormats } from '@/components/format';
import { DownloadOutlined } from '@/components/icons';
import { Moment } from '@/components/Moment';
import { Panel } from '@/components/Panel';
import { useToast } from '@/components/toast';
import { ErasePersonDialog } from './ErasePersonDialog';
import styles from './people.module.css';
import { useExportPerson, useLook } from './queries';

type Props = { held: PersonHeld; onChanged: (held: PersonHeld) => void };

/** How much is held of one person, and what can be done about it. */
export function HeldPanel({ held, onChanged }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const toast = useToast();
  const [isErasing, setIsErasing] = useState(false);
  const exportPerson = useExportPerson();
  const look = useLook();
  const { person } = held;
  if (held.over + held.ahead + held.waitlist + held.calendar_feeds === 0) {
    return <Alert type="info" showIcon title={t('people.nothing', { person })} />;
  }

  const download = () =>
    exportPerson.mutate(person, {
      onSuccess: (all) => {
        const text = JSON.stringify(all, null, 2);
        saveFile(new Blob([text], { type: 'application/json' }), 'person.json');
        toast.done(all.is_complete ? t('people.exported') : t('people.partial'));
      },
      onError: toast.failed,
    });

  function erased(done: PersonHeld) {
    setIsErasing(false);
    const words = [
      t('people.erased', { count: done.erased, formatted: formats.number(done.erased) }),
    ];
    if (done.remaining > 0) {
      const formatted = formats.number(done.remaining);
      words.push(t('people.remaining', { count: done.remaining, formatted }));
    }
    toast.done(words.join(' '));
    look.mutate(person, { onSuccess: onChanged });
  }

  return (
    <Panel title={t('people.found', { person })}>
      <Facts>
        <Fact label={t('people.over')}>{formats.number(held.over)}</Fact>
        <Fact label={t('people.ahead')}>{formats.number(held.ahead)}</Fact>
        {held.first_time && held.last_time && (
          <Fact label={t('people.span')}>
            <Moment at={held.first_time} /> – <Moment at={held.last_time} />
          </Fact>
        )}
        {held.plates.length > 0 && (
          <Fact label={t('people.plates')}>
            {held.plates.join(', ')}
            <span className={styles.hint}>{t('people.platesHint')}</span>
          </Fact>
        )}
        <Fact label={t('people.waitlist')}>{formats.number(held.waitlist)}</Fact>
        <Fact label={t('people.feeds')}>{formats.number(held.calendar_feeds)}</Fact>
      </Facts>
      <div className={styles.buttons}>
        <Button icon={<DownloadOutlined />} loading={exportPerson.isPending} onClick={download}>
          {t('people.export')}
        </Button>
        <Button danger onClick={() => setIsErasing(true)}>
          {t('people.erase')}
        </Button>
      </div>
      <ErasePersonDialog
        held={held}
        isOpen={isErasing}
        onClose={() => setIsErasing(false)}
        onErased={erased}
      />
    </Panel>
  );
}
