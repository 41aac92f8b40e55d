import { type MouseEvent, type ReactElement, type ReactNode, useEffect, useRef, useState } from 'react'
import { Button } from './button.tsx'

/** Rows that are chosen: some by their keys, or all that the filters find. */
export type Selection = {
  readonly keys: ReadonlySet<string>
  readonly isAll: boolean
  readonly has: (key: string) => boolean
  /** The row whose box was used last, where a range begins. */
  readonly last: string | null
  readonly set: (keys: readonly string[], isOn: boolean, last?: string) => void
  readonly selectAll: () => void
  readonly clear: () => void
}

const NONE: ReadonlySet<string> = new Set()

/** A selection that ends when the filters change. */
export function useSelection(filters: string): Selection {
  const [keys, setKeys] = useState(NONE)
  const [isAll, setAll] = useState(false)
  const last = useRef<string | null>(null)
  const clear = () => {
    setKeys(NONE)
    setAll(false)
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: other filters find other rows.
  useEffect(clear, [filters])
  return {
    keys,
    isAll,
    has: (key) => isAll || keys.has(key),
    last: last.current,
    set: (changed, isOn, key) => {
      last.current = key ?? null
      setAll(false)
      setKeys(
        (now) => new Set(isOn ? [...now, ...changed] : [...now].filter((key) => !changed.includes(key))),
      )
    },
    selectAll: () => setAll(true),
    clear,
  }
}

type RowsProps = {
  readonly selection: Selection
  readonly keys: readonly string[]
  /** Nothing can be chosen: these rows are about to be replaced, and may not fit the filters. */
  readonly isStale: boolean
}

/** The box above the others: every row of this page. */
export function SelectAllRows(props: RowsProps): ReactElement {
  const { selection, keys, isStale } = props
  return (
    <th scope="col" className="select-cell">
      <input
        type="checkbox"
        aria-label="Select this page"
        disabled={isStale}
        checked={keys.length > 0 && keys.every(selection.has)}
        onChange={({ target }) => selection.set(keys, target.checked)}
      />
    </th>
  )
}

/** The box of a row; with Shift, those since the box before as well. */
export function SelectRow(props: RowsProps & { readonly rowKey: string }): ReactElement {
  const { selection, keys, rowKey, isStale } = props
  const at = keys.indexOf(rowKey)
  const choose = (event: MouseEvent<HTMLInputElement>) => {
    const from = event.shiftKey && selection.last !== null ? keys.indexOf(selection.last) : at
    const range = keys.slice(Math.min(at, from === -1 ? at : from), Math.max(at, from) + 1)
    selection.set(range, event.currentTarget.checked, rowKey)
  }
  return (
    <td className="select-cell">
      <input
        type="checkbox"
        aria-label={`Select row ${at + 1}`}
        disabled={isStale}
        checked={selection.has(rowKey)}
        onClick={choose}
        onChange={() => undefined}
      />
    </td>
  )
}

/** How much is chosen of a list, and what can be done with it. */
export function SelectionBar(props: {
  readonly selection: Selection
  /** How many rows the filters find. */
  readonly total: number
  /** Of one, such as "draft". */
  readonly noun: string
  readonly children: ReactNode
}): ReactElement | null {
  const { selection, total, noun } = props
  const count = selection.isAll ? total : selection.keys.size
  if (count === 0) return null
  return (
    <section className="selection-bar" aria-label="Selection">
      <span role="status">
        {count.toLocaleString()} {count === 1 ? noun : `${noun}s`} selected
      </span>
      {!selection.isAll && count < total && (
        <Button kind="quiet" onClick={selection.selectAll}>
          {`Select all ${total.toLocaleString()} that match`}
        </Button>
      )}
      <span className="grow" />
      <Button onClick={selection.clear}>Clear</Button>
      {props.children}
    </section>
  )
}
