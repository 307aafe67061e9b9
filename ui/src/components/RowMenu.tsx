import { MoreOutlined } from '@ant-design/icons';
import { Button, Dropdown } from 'antd';
import type { ReactNode } from 'react';

export type RowAction = {
  key: string;
  label: string;
  icon?: ReactNode;
  isDanger?: boolean;
  /** Not permitted or not now, and why. */
  refusal?: string | null;
  onPick: () => void;
};

/** What one can do with a row, by name; what is refused says why instead of vanishing. */
export function RowMenu({ label, actions }: { label: string; actions: RowAction[] }) {
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
          onClick: onPick,
        })),
      }}
    >
      <Button type="text" icon={<MoreOutlined />} aria-label={label} title={label} />
    </Dropdown>
  );
}
