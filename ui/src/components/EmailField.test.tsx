import { fireEvent, screen } from '@testing-library/react';
import { Button, Form } from 'antd';
import { describe, expect, it, vi } from 'vitest';
import { renderPart } from '@/test/render';
import { EmailField } from './EmailField';

const WRONG = 'Enter an address such as name@example.com.';
const NONE = 'Enter an e-mail address.';

function show(isOptional = false) {
  const onFinish = vi.fn();
  renderPart(
    <Form name="sample" noValidate onFinish={onFinish}>
      <EmailField autoComplete="off" isOptional={isOptional} />
      <Button htmlType="submit">Send</Button>
    </Form>,
  );
  return {
    onFinish,
    field: screen.getByLabelText(/E-mail address/),
    send: () => fireEvent.submit(screen.getByRole('button', { name: 'Send' })),
  };
}

describe('the field for an e-mail address', () => {
  it('says in our words what is wrong, and only once it has been left', async () => {
    const { field, onFinish, send } = show();
    fireEvent.change(field, { target: { value: 'ada' } });
    expect(screen.queryByText(WRONG)).toBeNull();
    fireEvent.blur(field);
    expect(await screen.findByText(WRONG)).toBeDefined();
    fireEvent.change(field, { target: { value: '' } });
    send();
    expect(await screen.findByText(NONE)).toBeDefined();
    expect(onFinish).not.toHaveBeenCalled();
  });

  it('may be left empty where it is optional, but not half filled in', async () => {
    const { field, onFinish, send } = show(true);
    fireEvent.change(field, { target: { value: 'ada@' } });
    send();
    expect(await screen.findByText(WRONG)).toBeDefined();
    fireEvent.change(field, { target: { value: '' } });
    send();
    await vi.waitFor(() => expect(onFinish).toHaveBeenCalled());
  });
});
