import { act, screen } from '@testing-library/react';
import { Button, Form } from 'antd';
import { expect, it, vi } from 'vitest';
import { renderPart } from '@/test/render';
import { KeyValues } from './KeyValues';
import { metadataOf, rowsOf } from './keyValues';

it('a form of keys and values gives back what it was given, numbers and all', async () => {
  const metadata = { floors: 3, operator: 'City', tags: ['a'] };
  const onFinish = vi.fn();
  renderPart(
    <Form initialValues={{ metadata: rowsOf(metadata) }} onFinish={onFinish}>
      <KeyValues name="metadata" />
      <Button htmlType="submit">Save</Button>
    </Form>,
  );
  expect(screen.getAllByRole('textbox', { name: /^Value/ })).toHaveLength(3);
  await act(async () => screen.getByRole('button', { name: 'Save' }).click());
  await vi.waitFor(() => expect(onFinish).toHaveBeenCalled());
  expect(metadataOf(onFinish.mock.calls[0]?.[0].metadata)).toEqual(metadata);
});
