import { fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SearchField } from './SearchField';

describe('SearchField', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('waits for a pause in typing', () => {
    const onSearch = vi.fn();
    render(<SearchField label="Find" value="" onSearch={onSearch} />);
    fireEvent.change(screen.getByRole('searchbox'), { target: { value: 'mill' } });
    expect(onSearch).not.toHaveBeenCalled();
    vi.runAllTimers();
    expect(onSearch).toHaveBeenCalledExactlyOnceWith('mill');
  });

  it('searches at once when it is left, and never afterwards', () => {
    const onSearch = vi.fn();
    render(<SearchField label="Find" value="" onSearch={onSearch} />);
    const field = screen.getByRole('searchbox');
    fireEvent.change(field, { target: { value: 'mill' } });
    fireEvent.blur(field);
    expect(onSearch).toHaveBeenCalledExactlyOnceWith('mill');
    vi.runAllTimers();
    expect(onSearch).toHaveBeenCalledOnce();
  });
});
