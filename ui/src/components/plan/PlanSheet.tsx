import type { CSSProperties, ReactNode, SVGProps } from 'react';
import { useTranslation } from 'react-i18next';
import { cssVariables } from '@/theme/tokens';
import type { Size } from './geometry';
import styles from './plan.module.css';
import type { Viewport } from './viewport';

type Props = Omit<SVGProps<SVGSVGElement>, 'ref'> & {
  size: Size;
  url: string | null;
  viewport: Viewport;
  children: ReactNode;
};

/** Pictures are drawn on white, so on a picture the colours are those of white paper. */
const onPaper = cssVariables('light') as CSSProperties;
const GRID = 100;

/** The paper a level is drawn on: its picture, or a blank grid. */
export function PlanSheet({ size, url, viewport, children, className, style, ...rest }: Props) {
  const { box, ref } = viewport;
  return (
    // What it is called says its user: a plan is no picture but something one acts in.
    // biome-ignore lint/a11y/noSvgWithoutTitle: see above.
    <svg
      {...rest}
      ref={ref}
      viewBox={`${box.x} ${box.y} ${box.width} ${box.height}`}
      className={`${styles.sheet} ${className ?? ''}`}
      style={style}
    >
      <defs>
        <pattern id="plan-grid" width={GRID} height={GRID} patternUnits="userSpaceOnUse">
          <path d={`M${GRID} 0H0V${GRID}`} className={styles.gridLine} />
        </pattern>
      </defs>
      <g style={url ? onPaper : undefined}>
        <rect width={size.width} height={size.height} className={styles.paper} />
        {url ? (
          <image
            href={url}
            width={size.width}
            height={size.height}
            preserveAspectRatio="none"
            className={styles.picture}
          />
        ) : (
          <rect width={size.width} height={size.height} fill="url(#plan-grid)" />
        )}
        {children}
      </g>
    </svg>
  );
}

/** Nearer, further, all of it; for those without a wheel. */
export function ZoomButtons({ viewport }: { viewport: Viewport }) {
  const { t } = useTranslation();
  const { zoomIn, zoomOut, fit, zoom } = viewport;
  return (
    <div className={styles.zoom} role="group" aria-label={t('plan.zoom')}>
      <button type="button" aria-label={t('plan.zoomIn')} title={t('plan.zoomIn')} onClick={zoomIn}>
        +
      </button>
      <button
        type="button"
        aria-label={t('plan.zoomOut')}
        title={t('plan.zoomOut')}
        onClick={zoomOut}
      >
        −
      </button>
      <button type="button" className={styles.fit} title={t('plan.fit')} onClick={fit}>
        {t('plan.percent', { n: Math.round(zoom * 100) })}
      </button>
    </div>
  );
}
