import { Tooltip } from 'antd';
import { useFormats } from './format';
import styles from './Moment.module.css';
import { useFromNow } from './now';

/** An instant: the short form, the exact one on hover or focus. */
export function Moment({ at }: { at: string }) {
  const formats = useFormats();
  return (
    <Tooltip title={formats.precise(at)}>
      <time dateTime={at} className={styles.time}>
        {formats.instant(at)}
      </time>
    </Tooltip>
  );
}

/** How long ago (or how soon), kept current. */
export function Age({ at }: { at: string }) {
  const formats = useFormats();
  const words = useFromNow((now) => formats.since(at, now));
  return (
    <Tooltip title={formats.precise(at)}>
      <time dateTime={at} className={styles.time}>
        {words}
      </time>
    </Tooltip>
  );
}
