import { Button, Input } from 'antd';
import { type FormEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { asProblem } from '@/api/problem';
import type { Level, Zone } from '@/api/types';
import { paths } from '@/app/paths';
import { useConfirm } from '@/components/confirm';
import { fieldMessage } from '@/components/fieldMessage';
import { useFormats } from '@/components/format';
import { GatedButton } from '@/components/GatedButton';
import {
  ArrowDownOutlined,
  ArrowUpOutlined,
  DeleteOutlined,
  EditOutlined,
  PlusOutlined,
} from '@/components/icons';
import { ProblemAlert } from '@/components/ProblemAlert';
import { useProblemText } from '@/components/problemText';
import { useToast } from '@/components/toast';
import { type PartKind, useCreatePart, useDeletePart, useRenamePart } from './queries';
import styles from './sites.module.css';

type Part = Level | Zone;
type Props = {
  kind: PartKind;
  siteId: string;
  parts: Part[];
  refusal: string | null;
  moveError?: unknown;
  /** Levels stand in an order that people give; zones in that of the alphabet. */
  onMove?: (from: number, to: number) => void;
};

/** Levels or zones of a site, made, named, ordered and deleted where they stand. */
export function PartList(props: Props) {
  const { kind, siteId, parts, refusal, moveError } = props;
  const { t } = useTranslation();
  const [renamed, setRenamed] = useState<string | null>(null);
  return (
    <>
      {Boolean(moveError) && (
        <div className={styles.alert}>
          <ProblemAlert error={moveError} />
        </div>
      )}
      {parts.length === 0 ? (
        <p className={styles.partNone}>
          {kind === 'level' ? t('parts.noLevels') : t('parts.noZones')}
        </p>
      ) : (
        <ul className={styles.parts}>
          {parts.map((part, index) => (
            <li key={part.id} className={styles.part}>
              {renamed === part.id ? (
                <RenameForm kind={kind} part={part} onDone={() => setRenamed(null)} />
              ) : (
                <PartRow
                  {...props}
                  part={part}
                  index={index}
                  onRename={() => setRenamed(part.id)}
                />
              )}
            </li>
          ))}
        </ul>
      )}
      <AddForm
        kind={kind}
        siteId={siteId}
        refusal={refusal}
        ordinal={Math.max(-1, ...parts.map((part) => ('ordinal' in part ? part.ordinal : 0))) + 1}
      />
    </>
  );
}

type RowProps = Props & { part: Part; index: number; onRename: () => void };

function PartRow({ kind, siteId, part, index, parts, refusal, onMove, onRename }: RowProps) {
  const { t } = useTranslation();
  const formats = useFormats();
  const confirm = useConfirm();
  const toast = useToast();
  const remove = useDeletePart(kind);
  const { id, name } = part;
  const spaces = part.spaces ?? 0;
  const button = { type: 'text', size: 'small' } as const;

  function destroy() {
    confirm({
      title: t('parts.deleteTitle', { name }),
      text: t('parts.deleteText'),
      verb: t('common.delete'),
      action: async () => {
        await remove.mutateAsync(id);
        toast.done(t('parts.removed', { name }));
      },
    });
  }

  return (
    <>
      <span className={styles.partName}>{name}</span>
      <span className={styles.partCount}>
        {t('parts.spaces', { count: spaces, formatted: formats.number(spaces) })}
      </span>
      {kind === 'level' && (
        <Link
          to={paths.planEditor(siteId, id)}
          aria-label={t('plan.editLevel', { level: name })}
          className={styles.partLink}
        >
          {t('plan.tab')}
        </Link>
      )}
      {onMove && <MoveButtons {...{ part, index, parts, refusal, onMove }} />}
      <GatedButton
        {...button}
        icon={<EditOutlined />}
        aria-label={t('parts.rename', { name })}
        title={t('parts.rename', { name })}
        isAllowed={!refusal}
        reason={refusal ?? ''}
        onClick={onRename}
      />
      <GatedButton
        {...button}
        icon={<DeleteOutlined />}
        aria-label={t('parts.remove', { name })}
        title={t('parts.remove', { name })}
        isAllowed={!refusal && spaces === 0}
        reason={refusal ?? t('parts.inUse')}
        onClick={destroy}
      />
    </>
  );
}

type MoveProps = Omit<RowProps, 'kind' | 'siteId' | 'onRename' | 'onMove'> & {
  onMove: NonNullable<Props['onMove']>;
};

/** One place up or down; the lowest level stands first. */
function MoveButtons({ part, index, parts, refusal, onMove }: MoveProps) {
  const { t } = useTranslation();
  const { name } = part;
  const button = { type: 'text', size: 'small', reason: refusal ?? t('parts.isLast') } as const;
  return (
    <>
      <GatedButton
        {...button}
        icon={<ArrowUpOutlined />}
        aria-label={t('parts.up', { name })}
        title={t('parts.up', { name })}
        isAllowed={!refusal && index > 0}
        onClick={() => onMove(index, index - 1)}
      />
      <GatedButton
        {...button}
        icon={<ArrowDownOutlined />}
        aria-label={t('parts.down', { name })}
        title={t('parts.down', { name })}
        isAllowed={!refusal && index < parts.length - 1}
        onClick={() => onMove(index, index + 1)}
      />
    </>
  );
}

/** What the server says of the only field there is, in one line. */
function useFault(error: unknown): string | null {
  const { t } = useTranslation();
  const problemText = useProblemText();
  if (!error) return null;
  const problem = asProblem(error);
  const [first] = problem.errors;
  return first
    ? fieldMessage(t, first.message)
    : `${problemText(problem)} (${problem.code}${problem.requestId ? ` ${problem.requestId}` : ''})`;
}

function RenameForm({ kind, part, onDone }: { kind: PartKind; part: Part; onDone: () => void }) {
  const { t } = useTranslation();
  const toast = useToast();
  const rename = useRenamePart(kind);
  const [name, setName] = useState(part.name);
  const fault = useFault(rename.error);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (name.trim() === part.name) onDone();
    else {
      const { id, name: before } = part;
      rename.mutate(
        { id, name },
        {
          onSuccess: () => {
            const undo = () => rename.mutateAsync({ id, name: before });
            toast.undoable(t('parts.renamed', { name: name.trim() }), undo);
            onDone();
          },
        },
      );
    }
  }

  return (
    <form className={styles.partEdit} onSubmit={submit}>
      <div className={styles.partForm}>
        <Input
          autoFocus
          value={name}
          status={fault ? 'error' : undefined}
          aria-label={t('parts.newName', { name: part.name })}
          onChange={(event) => setName(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape') onDone();
          }}
        />
        <Button type="primary" htmlType="submit" loading={rename.isPending}>
          {t('common.save')}
        </Button>
        <Button onClick={onDone}>{t('common.cancel')}</Button>
      </div>
      {fault && (
        <p role="alert" className={styles.partError}>
          {fault}
        </p>
      )}
    </form>
  );
}

type AddProps = Pick<Props, 'kind' | 'siteId' | 'refusal'> & { ordinal: number };

function AddForm({ kind, siteId, refusal, ordinal }: AddProps) {
  const { t } = useTranslation();
  const create = useCreatePart(kind);
  const [name, setName] = useState('');
  const fault = useFault(create.error);
  const label = kind === 'level' ? t('parts.levelName') : t('parts.zoneName');

  // Whoever types the next name does not wait for the list to hold the last.
  const given = useRef(ordinal);

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (refusal) return;
    given.current = Math.max(given.current, ordinal);
    const part = { site_id: siteId, name, ordinal: given.current };
    given.current += 1;
    setName('');
    const isMade = await create.mutateAsync(part).then(
      () => true,
      () => false,
    );
    if (!isMade) setName((typed) => typed || name);
  }

  return (
    <form className={styles.partEdit} onSubmit={submit}>
      <div className={styles.partForm}>
        <Input
          value={name}
          disabled={refusal !== null}
          status={fault ? 'error' : undefined}
          aria-label={label}
          placeholder={label}
          onChange={(event) => setName(event.target.value)}
        />
        <GatedButton
          icon={<PlusOutlined />}
          htmlType={refusal ? 'button' : 'submit'}
          isAllowed={refusal === null}
          reason={refusal ?? ''}
        >
          {kind === 'level' ? t('parts.addLevel') : t('parts.addZone')}
        </GatedButton>
      </div>
      {fault && (
        <p role="alert" className={styles.partError}>
          {fault}
        </p>
      )}
    </form>
  );
}
