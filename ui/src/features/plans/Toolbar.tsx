import { Switch } from 'antd';
import { type ReactNode, useId } from 'react';
import { useTranslation } from 'react-i18next';
import { GatedButton } from '@/components/GatedButton';
import {
  BorderOutlined,
  DeleteOutlined,
  DragOutlined,
  GatewayOutlined,
  RedoOutlined,
  RotateLeftOutlined,
  RotateRightOutlined,
  SelectOutlined,
  UndoOutlined,
} from '@/components/icons';
import styles from './plans.module.css';
import type { Editor } from './useEditor';
import type { Tool } from './usePointer';

const QUARTER = 15;

type Props = {
  editor: Editor;
  tool: Tool;
  setTool: (tool: Tool) => void;
  isSnapping: boolean;
  setIsSnapping: (isSnapping: boolean) => void;
  isFree: boolean;
  setIsFree: (isFree: boolean) => void;
  refusal: string | null;
};

/** What a pointer does on the canvas, and the deeds one does most. Every key is named. */
export function Toolbar(props: Props) {
  const { editor, tool, setTool, refusal } = props;
  const { t } = useTranslation();
  const tools: { name: Tool; icon: ReactNode; key: string; draws: boolean }[] = [
    { name: 'select', icon: <SelectOutlined />, key: 'V', draws: false },
    { name: 'rectangle', icon: <BorderOutlined />, key: 'R', draws: true },
    { name: 'corners', icon: <GatewayOutlined />, key: 'Q', draws: true },
    { name: 'pan', icon: <DragOutlined />, key: 'H', draws: false },
  ];
  const nothing = editor.selected.size === 0 ? t('plan.selectFirst') : null;
  return (
    <div className={styles.toolbar} role="group" aria-label={t('plan.tools')}>
      <div className={styles.tools}>
        {tools.map(({ name, icon, key, draws }) => (
          <Deed
            key={name}
            icon={icon}
            label={t(`plan.toolNames.${name}`)}
            shortcut={key}
            refusal={draws ? refusal : null}
            isPressed={tool === name}
            onClick={() => setTool(name)}
          />
        ))}
      </div>
      <div className={styles.tools}>
        <Deed
          icon={<UndoOutlined />}
          label={t('plan.undo')}
          shortcut={t('plan.keyUndo')}
          refusal={refusal ?? (editor.canUndo ? null : t('plan.nothingToUndo'))}
          onClick={editor.undo}
        />
        <Deed
          icon={<RedoOutlined />}
          label={t('plan.redo')}
          shortcut={t('plan.keyRedo')}
          refusal={refusal ?? (editor.canRedo ? null : t('plan.nothingToRedo'))}
          onClick={editor.redo}
        />
      </div>
      <div className={styles.tools}>
        <Deed
          icon={<RotateLeftOutlined />}
          label={t('plan.turnLeft')}
          shortcut="["
          refusal={refusal ?? nothing}
          onClick={() => editor.turn(-QUARTER)}
        />
        <Deed
          icon={<RotateRightOutlined />}
          label={t('plan.turnRight')}
          shortcut="]"
          refusal={refusal ?? nothing}
          onClick={() => editor.turn(QUARTER)}
        />
        <Deed
          icon={<DeleteOutlined />}
          label={t('plan.erase')}
          shortcut={t('plan.keyDelete')}
          refusal={refusal ?? nothing}
          onClick={editor.erase}
        />
      </div>
      {!refusal && <Ways {...props} />}
    </div>
  );
}

function Ways({ isSnapping, setIsSnapping, isFree, setIsFree }: Props) {
  const { t } = useTranslation();
  return (
    <div className={styles.ways}>
      <Way
        label={t('plan.snap')}
        hint={t('plan.snapHint')}
        isOn={isSnapping}
        onChange={setIsSnapping}
      />
      <Way label={t('plan.free')} hint={t('plan.freeHint')} isOn={isFree} onChange={setIsFree} />
    </div>
  );
}

type WayProps = { label: string; hint: string; isOn: boolean; onChange: (isOn: boolean) => void };

function Way({ label, hint, isOn, onChange }: WayProps) {
  const id = useId();
  return (
    <span className={styles.way} title={hint}>
      <Switch size="small" aria-labelledby={id} checked={isOn} onChange={onChange} />
      <button type="button" id={id} tabIndex={-1} onClick={() => onChange(!isOn)}>
        {label}
      </button>
    </span>
  );
}

type DeedProps = {
  icon: ReactNode;
  label: string;
  shortcut: string;
  refusal: string | null;
  isPressed?: boolean;
  onClick: () => void;
};

function Deed({ icon, label, shortcut, refusal, isPressed, onClick }: DeedProps) {
  const { t } = useTranslation();
  return (
    <GatedButton
      icon={icon}
      type={isPressed ? 'primary' : 'text'}
      aria-label={label}
      aria-pressed={isPressed}
      title={refusal ? undefined : t('plan.withKey', { label, key: shortcut })}
      isAllowed={refusal === null}
      reason={refusal ?? ''}
      onClick={onClick}
    />
  );
}
