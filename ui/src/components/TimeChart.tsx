import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { createFormats } from './format';
import styles from './TimeChart.module.css';

export type Series = {
  label: string;
  unit: string;
  values: (number | null)[];
  /** Which of the theme's colours it has. */
  color: 'link' | 'warning' | 'danger' | 'success' | 'info';
  /** What it is drawn as: a count is a column, a measure a line. */
  as: 'line' | 'columns';
  /** Of two measures of different kinds the second has its scale at the right. */
  isRight?: boolean;
};

const HEIGHT = 190;

type Props = {
  label: string;
  /** When each step begins, in seconds. */
  times: number[];
  stepSeconds: number;
  series: Series[];
};

/**
 * Figures over time. The picture is for the eye alone: whoever cannot see it has the same figures in
 * the table that its page puts below. The library that draws it is loaded when the first is shown.
 */
export function TimeChart({ label, times, stepSeconds, series }: Props) {
  const { i18n } = useTranslation();
  const holder = useRef<HTMLDivElement>(null);
  const drawn = JSON.stringify([times, stepSeconds, series]);

  useEffect(() => {
    const node = holder.current;
    if (!node) return;
    let chart: uPlot | undefined;
    let isGone = false;
    const [times, step, series] = JSON.parse(drawn) as [number[], number, Series[]];

    async function draw() {
      const { default: Plot } = await import('uplot');
      if (isGone || !node) return;
      chart?.destroy();
      const data = [times, ...series.map(({ values }) => values)] as uPlot.AlignedData;
      chart = new Plot(options(Plot, node, i18n.language, series, step), data, node);
    }

    void draw();
    // Lines follow the room there is, and the colours of the theme.
    const room = new ResizeObserver(() => {
      if (chart && node.clientWidth > 0) chart.setSize({ width: node.clientWidth, height: HEIGHT });
    });
    room.observe(node);
    const theme = new MutationObserver(() => void draw());
    theme.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => {
      isGone = true;
      room.disconnect();
      theme.disconnect();
      chart?.destroy();
    };
  }, [drawn, i18n.language]);

  return <div ref={holder} className={styles.chart} role="img" aria-label={label} />;
}

function options(
  Plot: typeof uPlot,
  node: HTMLElement,
  language: string,
  series: Series[],
  stepSeconds: number,
): uPlot.Options {
  const style = getComputedStyle(node);
  const color = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const formats = createFormats(language);
  const axis = { stroke: color('ink-soft'), grid: { stroke: color('line'), width: 1 } };
  const isLong = stepSeconds >= 3_600;
  const scaleOf = ({ isRight }: Series) => (isRight ? 'right' : 'left');
  const unitOf = (scale: string) => series.find((one) => scaleOf(one) === scale)?.unit ?? '';
  const values = (scale: string) => (_: uPlot, ticks: number[]) =>
    ticks.map((tick) => `${formats.number(tick)} ${unitOf(scale)}`.trim());
  const columns = Plot.paths.bars?.({ size: [0.8, 40], align: 1 });
  return {
    width: node.clientWidth || 300,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: true }, left: {}, right: {} },
    axes: [
      {
        ...axis,
        values: (_, ticks) =>
          ticks.map((tick) => (isLong ? formats.day(tick * 1000) : formats.clock(tick * 1000))),
        space: isLong ? 100 : 60,
      },
      { ...axis, scale: 'left', size: 70, values: values('left') },
      ...(series.some(({ isRight }) => isRight)
        ? [
            {
              ...axis,
              scale: 'right',
              side: 1,
              size: 60,
              grid: { show: false },
              values: values('right'),
            },
          ]
        : []),
    ],
    series: [
      {},
      ...series.map((one) => ({
        label: one.label,
        scale: scaleOf(one),
        stroke: color(one.color),
        width: 2,
        points: { show: one.as === 'line', size: 4, fill: color(one.color) },
        ...(one.as === 'columns' && columns
          ? { fill: color(one.color), paths: columns, width: 0 }
          : {}),
      })),
    ],
  };
}
