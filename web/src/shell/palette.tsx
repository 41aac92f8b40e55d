import { type KeyboardEvent, type ReactElement, useEffect, useRef, useState } from 'react'
import { useRead } from '../api/queries.ts'
import { useMay } from '../api/session.ts'
import { counted } from '../format/counts.ts'
import { Icon, type IconName } from '../parts/icon.tsx'
import { useAt, useGo } from '../parts/link.tsx'
import { useSettled } from '../parts/use-settled.ts'
import { CREATIONS, isShown, NAVIGATION } from './navigation.ts'
import { type Recent, readRecent } from './recent.ts'
import { useTheme } from './theme.ts'
import { readTypedFilter } from './typed-filter.ts'

type Choice = {
  readonly id: string
  readonly group: string
  readonly icon: IconName
  readonly label: string
  readonly note?: string
  readonly run: () => void
}

/** One object found by the server. */
type Found = {
  readonly type: string
  readonly lago_id: string
  /** External id, code or number. */
  readonly identifier: string | null
  readonly name: string | null
  readonly detail: string | null
}

const part = (text: string | null) => encodeURIComponent(text ?? '')

/** Where each kind of object lives. */
const HOMES: Readonly<Record<string, { icon: IconName; label: string; path: (found: Found) => string }>> = {
  customer: {
    icon: 'customer',
    label: 'Customers',
    path: ({ identifier }) => `/customers/${part(identifier)}`,
  },
  subscription: {
    icon: 'subscription',
    label: 'Subscriptions',
    path: ({ identifier, detail }) =>
      `/subscriptions/${part(identifier)}${detail && detail !== 'active' ? `?status=${detail}` : ''}`,
  },
  invoice: { icon: 'invoice', label: 'Invoices', path: ({ lago_id }) => `/invoices/${lago_id}` },
  plan: { icon: 'plan', label: 'Plans', path: ({ identifier }) => `/plans/${part(identifier)}` },
  billable_metric: {
    icon: 'metric',
    label: 'Metrics',
    path: ({ identifier }) => `/metrics/${part(identifier)}`,
  },
  coupon: { icon: 'coupon', label: 'Coupons', path: ({ identifier }) => `/coupons/${part(identifier)}` },
  feature: { icon: 'feature', label: 'Features', path: ({ identifier }) => `/features/${part(identifier)}` },
  add_on: { icon: 'addOn', label: 'Add-ons', path: ({ identifier }) => `/add-ons/${part(identifier)}` },
  credit_note: {
    icon: 'creditNote',
    label: 'Credit notes',
    path: ({ lago_id }) => `/credit-notes/${lago_id}`,
  },
}

/** Between two keys of a fast typist, so that each of them is answered. */
const DEBOUNCE_MS = 30
const QUERY_MIN = 2

/** Finds objects and runs commands, from the keyboard. */
export function Palette({
  isOpen,
  onClose,
}: {
  readonly isOpen: boolean
  readonly onClose: () => void
}): ReactElement | null {
  const ref = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    if (isOpen && !ref.current?.open) ref.current?.showModal()
  }, [isOpen])
  if (!isOpen) return null
  return (
    <dialog ref={ref} className="palette" aria-label="Search" onClose={onClose}>
      <PaletteBody onClose={onClose} />
    </dialog>
  )
}

function PaletteBody({ onClose }: { readonly onClose: () => void }): ReactElement {
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const [isEntered, setEntered] = useState(false)
  const { choices, isSettled } = useChoices(text, onClose)
  const current = choices[Math.min(at, choices.length - 1)]
  useEffect(() => {
    // Whoever types and presses Enter at once gets the best result as soon as it is known.
    if (!isEntered || !isSettled) return
    setEntered(false)
    current?.run()
  }, [isEntered, isSettled, current])
  const move = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined) {
      event.preventDefault()
      setAt(
        (now) => (Math.min(now, choices.length - 1) + step + choices.length) % Math.max(choices.length, 1),
      )
    } else if (event.key === 'Escape') {
      // The browser tells of it later, when the palette may have been opened again.
      event.preventDefault()
      ;(event.target as Element).closest('dialog')?.close()
      onClose()
    } else if (event.key === 'Enter') {
      event.preventDefault()
      if (isSettled || at > 0) current?.run()
      else setEntered(true)
    }
  }
  useEffect(() => {
    if (current) document.getElementById(`choice-${current.id}`)?.scrollIntoView({ block: 'nearest' })
  }, [current])
  return (
    <>
      <div className="palette-input">
        <Icon name="search" />
        <input
          role="combobox"
          aria-expanded="true"
          aria-controls="palette-list"
          aria-activedescendant={current ? `choice-${current.id}` : undefined}
          aria-label="Search or type a command"
          placeholder="Search or type a command…"
          value={text}
          // biome-ignore lint/a11y/noAutofocus: the dialog was opened to type here.
          autoFocus
          onChange={(event) => {
            setText(event.target.value)
            setAt(0)
            setEntered(false)
          }}
          onKeyDown={move}
        />
        <kbd>Esc</kbd>
      </div>
      <div id="palette-list" role="listbox" aria-label="Results" className="palette-list">
        {choices.map((choice, index) => (
          <div key={choice.id} role="presentation">
            {choice.group !== choices[index - 1]?.group && (
              <div className="palette-group" role="presentation">
                {choice.group}
              </div>
            )}
            {/* biome-ignore lint/a11y/useKeyWithClickEvents: the field above handles the keys. */}
            {/* biome-ignore lint/a11y/useFocusableInteractive: options of a combobox never take the focus. */}
            <div
              id={`choice-${choice.id}`}
              role="option"
              aria-selected={choice === current}
              className="palette-option"
              onClick={choice.run}
              onPointerMove={() => setAt(index)}
            >
              <Icon name={choice.icon} />
              <span className="grow clip">{choice.label}</span>
              {choice.note && <span className="caption">{choice.note}</span>}
            </div>
          </div>
        ))}
      </div>
      <div className="palette-foot caption" role="status">
        {choices.length > 0 && counted(choices.length, 'result')}
        {choices.length === 0 && (isSettled ? 'Nothing found.' : 'Searching…')}
      </div>
    </>
  )
}

type Choices = {
  readonly choices: readonly Choice[]
  /** The server has answered, or is not asked. */
  readonly isSettled: boolean
}

/** What fits the text: objects of the server first, then pages and commands. */
function useChoices(text: string, onClose: () => void): Choices {
  const go = useGo()
  const at = useAt()
  const may = useMay()
  const [, setTheme] = useTheme()
  const asked = useSettled(text.trim(), DEBOUNCE_MS)
  const isObject = asked.length >= QUERY_MIN && !asked.startsWith('>')
  const { data, isLoading } = useRead<{ results?: readonly Found[] }>(
    '/api/weir/v1/search',
    { q: asked },
    { enabled: isObject },
  )
  const closing = (run: () => void) => () => {
    onClose()
    run()
  }
  const found = isObject ? (data?.results ?? []) : []
  const objects = found.flatMap((each): Choice[] => {
    const home = HOMES[each.type]
    if (!home) return []
    const name = each.name || each.identifier || each.lago_id
    const note = [each.identifier, each.detail].find((text) => text && text !== name)
    const run = closing(() => go(at(home.path(each))))
    return [
      { id: each.lago_id, group: home.label, icon: home.icon, label: name, ...(note ? { note } : {}), run },
    ]
  })
  const filter = may('invoices:view') ? readTypedFilter(text) : null
  const filtered: readonly Choice[] = filter
    ? [
        {
          id: 'filter',
          group: 'Filter',
          icon: 'search',
          label: filter.label,
          run: closing(() => go(at(filter.path))),
        },
      ]
    : []
  const recent =
    text === ''
      ? readRecent().map((each) =>
          recentChoice(
            each,
            closing(() => go(each.href)),
          ),
        )
      : []
  const pages = NAVIGATION.flatMap(({ entries }) => entries)
    .filter((entry) => isShown(entry, may))
    .map(({ label, path, icon, key }): Choice => {
      const note = key ? { note: `G ${key.toUpperCase()}` } : {}
      return { id: `go-${label}`, group: 'Go to', icon, label, ...note, run: closing(() => go(at(path))) }
    })
  const makes = CREATIONS.filter(({ permission }) => may(permission)).map(
    ({ label, path, icon, key }): Choice => {
      const note = key ? { note: `C ${key.toUpperCase()}` } : {}
      const name = `Create ${label.charAt(0).toLowerCase()}${label.slice(1).replace('pI key', 'PI key')}`
      return {
        id: `new-${label}`,
        group: 'Create',
        icon,
        label: name,
        ...note,
        run: closing(() => go(at(path))),
      }
    },
  )
  const themes = (['light', 'dark', 'system'] as const).map(
    (theme): Choice => ({
      id: `theme-${theme}`,
      group: 'Appearance',
      icon: theme === 'light' ? 'sun' : 'moon',
      label: `Use the ${theme} theme`,
      run: closing(() => setTheme(theme)),
    }),
  )
  const words = text.replace(/^>/, '').trim().toLowerCase()
  const fits = ({ label }: Choice) => label.toLowerCase().includes(words)
  return {
    choices: [...filtered, ...recent, ...objects, ...[...pages, ...makes, ...themes].filter(fits)],
    isSettled: asked === text.trim() && !isLoading,
  }
}

const recentChoice = ({ href, label, kind }: Recent, run: () => void): Choice => ({
  id: `recent-${href.replaceAll(/\W/g, '-')}`,
  group: 'Recent',
  icon: 'clock',
  label,
  note: kind,
  run,
})
