import type { ReactElement } from 'react'
import { useMay } from '../api/session.ts'
import { Dialog } from '../parts/dialog.tsx'
import { PALETTE_KEYS } from '../parts/palette-keys.ts'
import { CREATIONS, isShown, NAVIGATION } from './navigation.ts'

type Shortcut = readonly [does: string, keys: readonly string[]]

const EVERYWHERE: readonly Shortcut[] = [
  ['Search and commands', [PALETTE_KEYS]],
  ['These shortcuts', ['?']],
  ['Close what is open', ['Esc']],
]

const LISTS: readonly Shortcut[] = [
  ['Search the list', ['/']],
  ['Next row', ['J']],
  ['Previous row', ['K']],
  ['Open the row', ['Enter']],
]

/** Which keys do what; only what the member may open. */
export function Shortcuts({ onClose }: { readonly onClose: () => void }): ReactElement {
  const may = useMay()
  const withKey = (entries: typeof CREATIONS | (typeof NAVIGATION)[number]['entries'], first: string) =>
    entries.flatMap((entry): Shortcut[] =>
      entry.key && isShown(entry, may) ? [[entry.label, [first, entry.key.toUpperCase()]]] : [],
    )
  const pages = withKey(
    NAVIGATION.flatMap(({ entries }) => entries),
    'G',
  )
  return (
    <Dialog title="Keyboard shortcuts" isOpen onClose={onClose} isWide>
      <div className="shortcuts">
        <Keys title="Everywhere" shortcuts={EVERYWHERE} />
        <Keys title="In lists" shortcuts={LISTS} />
        <Keys title="Go to" shortcuts={pages} />
        <Keys title="Create" shortcuts={withKey(CREATIONS, 'C')} />
      </div>
    </Dialog>
  )
}

function Keys(props: {
  readonly title: string
  readonly shortcuts: readonly Shortcut[]
}): ReactElement | null {
  if (props.shortcuts.length === 0) return null
  return (
    <section>
      <h3>{props.title}</h3>
      <dl>
        {props.shortcuts.map(([does, keys]) => (
          <div key={does} className="line">
            <dt className="grow">{does}</dt>
            <dd>
              {keys.map((key, n) => (
                <span key={key}>
                  {n > 0 && ' then '}
                  <kbd>{key}</kbd>
                </span>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
