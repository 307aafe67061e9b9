import { Button, Dropdown } from 'antd';
import { type ReactNode, useRef } from 'react';
import { DownOutlined, MoreOutlined } from './icons';

export type RowAction = {
  key: string;
  label: string;
  icon?: ReactNode;
  isDanger?: boolean;
  /** Not permitted or not now, and why. */
  refusal?: string | null;
  onPick: () => void;
};

type Props = {
  label: string;
  actions: RowAction[];
  /** Words on the button, where there is room for them. */
  caption?: string;
};

/** What one can do with a row, by name; what is refused says why instead of vanishing. */
export function RowMenu({ label, actions, caption }: Props) {
  const button = useRef<HTMLButtonElement>(null);
  if (actions.length === 0) return null;
  return (
    <Dropdown
      trigger={['click']}
      autoFocus
      placement="bottomRight"
      menu={{
        items: actions.map(({ key, label: text, icon, isDanger, refusal, onPick }) => ({
          key,
          icon,
          danger: isDanger && !refusal,
          disabled: Boolean(refusal),
          label: refusal ? (
            <span>
              {text}
              <br />
              <small>{refusal}</small>
            </span>
          ) : (
            text
          ),
          onClick: () => {
            // The menu goes; a dialog that opens now gives the focus back to what is still there.
            button.current?.focus();
            onPick();
          },
        })),
      }}
    >
      {caption ? (
        <Button ref={button} icon={<DownOutlined />} iconPlacement="end">
          {caption}
        </Button>
      ) : (
        <Button ref={button} type="text" icon={<MoreOutlined />} aria-label={label} title={label} />
      )}
    </Dropdown>
  );
}
