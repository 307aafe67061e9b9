import { act, screen } from '@testing-library/react';
import { Form, type FormInstance, Input } from 'antd';
import i18next from 'i18next';
import { describe, expect, it } from 'vitest';
import { Problem } from '@/api/problem';
import { renderPart } from '@/test/render';
import { placeFieldErrors } from './formErrors';

type Values = { email: string; allowed_ips: string };

let form: FormInstance<Values> | undefined;

function Sample() {
  [form] = Form.useForm<Values>();
  return (
    <Form form={form} name="sample">
      <Form.Item name="email" label="E-mail">
        <Input />
      </Form.Item>
      <Form.Item name="allowed_ips" label="Addresses">
        <Input />
      </Form.Item>
    </Form>
  );
}

describe('field errors of the server', () => {
  it('appear beside their fields, and those without a field are left to the alert', async () => {
    renderPart(<Sample />);
    const refusal = new Problem({
      status: 422,
      code: 'validation_failed',
      errors: [
        { field: 'email', message: 'is taken' },
        { field: 'allowed_ips[1]', message: 'is no address' },
        { field: 'elsewhere', message: 'is odd' },
      ],
    });
    let placed: string[] = [];
    await act(async () => {
      if (form) placed = placeFieldErrors(i18next.t, form, refusal, ['email', 'allowed_ips']);
    });
    expect(placed).toEqual(['email', 'allowed_ips[1]']);
    expect(await screen.findByText('is taken')).toBeDefined();
    expect(await screen.findByText('is no address')).toBeDefined();
    expect(screen.queryByText('is odd')).toBeNull();
    // One goes on where the first has to be mended.
    expect(document.activeElement).toBe(screen.getByLabelText('E-mail'));
  });
});
