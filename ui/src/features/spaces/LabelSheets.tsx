import { memo, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Space } from '@/api/types';
import { paths } from '@/app/paths';
import { qrPath } from '@/components/qr';
import { type LabelSize, layouts } from './labelSheets';
import labels from './labels.module.css';

type Props = {
  sheets: (Space | null)[][];
  size: LabelSize;
  siteName: string;
  /** What the addresses in the codes begin with. */
  base: string;
};

/** Sheets of paper as the printer will give them out; everything else of the page stays on the screen. */
export function LabelSheets({ sheets, size, siteName, base }: Props) {
  const { t } = useTranslation();
  const { columns, height } = layouts[size];
  return (
    <div className={labels.sheets} data-print="only">
      {sheets.map((places, sheet) => (
        <section
          // biome-ignore lint/suspicious/noArrayIndexKey: a sheet is known by its place alone.
          key={sheet}
          aria-label={t('labels.sheet', { n: sheet + 1 })}
          className={labels.sheet}
        >
          <div
            className={labels.grid}
            style={{
              gridTemplateColumns: `repeat(${columns}, 1fr)`,
              gridAutoRows: `calc(${height} * var(--mm))`,
            }}
          >
            {places.map((bay, place) =>
              bay ? (
                <BayLabel key={bay.id} bay={bay} size={size} siteName={siteName} base={base} />
              ) : (
                // biome-ignore lint/suspicious/noArrayIndexKey: an empty place is nothing else.
                <div key={place} className={labels.used} aria-hidden="true" />
              ),
            )}
          </div>
        </section>
      ))}
    </div>
  );
}

type LabelProps = { bay: Space; size: LabelSize; siteName: string; base: string };

const BayLabel = memo(function BayLabel({ bay, size, siteName, base }: LabelProps) {
  const { t } = useTranslation();
  const { id, code, name, level } = bay;
  const address = `${base}${paths.bayLabel(id)}`;
  const qr = useMemo(() => qrPath(address), [address]);
  return (
    <article className={`${labels.label} ${labels[size]}`}>
      <svg
        viewBox={`0 0 ${qr.side} ${qr.side}`}
        role="img"
        aria-label={t('labels.codeOf', { code })}
        className={labels.code}
        shapeRendering="crispEdges"
        data-address={address}
      >
        <path d={qr.path} />
      </svg>
      <div className={labels.words}>
        <strong className={labels.bayCode}>{code}</strong>
        {name && size !== 'small' && <span className={labels.name}>{name}</span>}
        <span className={labels.place}>{[siteName, level].filter(Boolean).join(', ')}</span>
        {size !== 'small' && <span className={labels.hint}>{t('labels.scan')}</span>}
      </div>
    </article>
  );
});
