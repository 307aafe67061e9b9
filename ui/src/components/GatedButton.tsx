import { Button, type ButtonProps, Tooltip } from 'antd';
import { type Ref, useId } from 'react';

type Props = ButtonProps & {
  ref?: Ref<HTMLButtonElement>;
  isAllowed: boolean;
  /** Why not, in words the reader can act on. */
  reason: string;
};

/**
 * A button that stays visible when its action is not permitted, and says why. It keeps its place in
 * the tab order (aria-disabled instead of disabled), or the reason could not be reached by keyboard.
 */
export function GatedButton({ isAllowed, reason, onClick, ...rest }: Props) {
  const reasonId = useId();
  if (isAllowed) return <Button {...rest} onClick={onClick} />;
  return (
    <>
      {/* It opens over the buttons of the row above; they are to be clicked all the same. */}
      <Tooltip title={reason} styles={{ root: { pointerEvents: 'none' } }}>
        <Button {...rest} aria-disabled="true" aria-describedby={reasonId} />
      </Tooltip>
      <span id={reasonId} hidden>
        {reason}
      </span>
    </>
  );
}
