import { fireEvent, screen, waitFor } from '@testing-library/react';
import { Form } from 'antd';
import dayjs from 'dayjs';
import { describe, expect, it, vi } from 'vitest';
import { renderPart } from '@/test/render';
import { SpanFields } from './SpanFields';

function show(start: string, end: string) {
  const onFinish = vi.fn();
  const values = { start_time: dayjs(start), end_time: dayjs(end) };
  renderPart(
    <Form initialValues={values} onFinish={onFinish}>
      <SpanFields minutesOf={(from, until) => dayjs(until).diff(from, 'minute')} minutesMax={120} />
      <button type="submit">Send</button>
    </Form>,
  );
  fireEvent.click(screen.getByRole('button', { name: 'Send' }));
  return onFinish;
}

describe('the times of a reservation', () => {
  it('are shown to the minute, and taken in their order', async () => {
    const onFinish = show('2027-11-22T09:00', '2027-11-22T11:00');
    await waitFor(() => expect(onFinish).toHaveBeenCalled());
    expect((screen.getByLabelText('From') as HTMLInputElement).value).toBe('2027-11-22 09:00');
    expect((screen.getByLabelText('Until') as HTMLInputElement).value).toBe('2027-11-22 11:00');
  });

  it('are refused where that is longer than one may', async () => {
    const onFinish = show('2027-11-22T09:00', '2027-11-22T11:05');
    await screen.findByText('Longer than 2 h');
    expect(onFinish).not.toHaveBeenCalled();
  });

  it('are refused where the end does not lie after the start', async () => {
    const onFinish = show('2027-11-22T09:00', '2027-11-22T09:00');
    await screen.findByText('The end must lie after the start.');
    expect(onFinish).not.toHaveBeenCalled();
  });
});
