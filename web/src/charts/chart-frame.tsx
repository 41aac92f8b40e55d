import { type ReactElement, type ReactNode, useId, useState } from 'react'
import { Button } from '../parts/button.tsx'

/** A picture with a name, a sentence that says the same, and its figures as a table. */
export function ChartFrame(props: {
  readonly label: string
  readonly summary: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly children: ReactNode
}): ReactElement {
  const [isTable, setTable] = useState(false)
  const id = useId()
  return (
    <figure className="chart-frame">
      {isTable ? (
        <div className="chart-table" tabIndex={0} role="region" aria-label={props.label}>
          <table className="table">
            <caption className="visually-hidden">{props.label}</caption>
            <thead>
              <tr>
                {props.columns.map((column, at) => (
                  <th key={column} scope="col" className={at === 0 ? undefined : 'number'}>
                    {column}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {props.rows.map((row, at) => (
                <tr key={at}>
                  {row.map((cell, column) => (
                    <td key={column} className={column === 0 ? undefined : 'number'}>
                      {cell}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        <div role="img" aria-label={`${props.label}. ${props.summary}`}>
          {props.children}
        </div>
      )}
      <figcaption className="line-between">
        <span id={id} className="caption">
          {props.summary}
        </span>
        <Button kind="quiet" aria-pressed={isTable} onClick={() => setTable(!isTable)}>
          {isTable ? 'Show picture' : 'Show table'}
        </Button>
      </figcaption>
    </figure>
  )
}
