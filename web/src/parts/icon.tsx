import type { ReactElement } from 'react'

/** Outlines on a grid of 16, drawn in the colour of the text around them. */
const PATHS = {
  home: 'M2.5 7.5 8 3l5.5 4.5V13a.5.5 0 0 1-.5.5H9.5V10h-3v3.5H3a.5.5 0 0 1-.5-.5z',
  metric: 'M2.5 13.5h11M4.5 11V8M8 11V3.5M11.5 11V6',
  plan: 'M3 3.5h10v9H3zM3 6.5h10M6 9.5h4',
  feature: 'M8 2.5l1.6 3.4 3.7.5-2.7 2.6.7 3.7L8 10.9l-3.3 1.8.7-3.7-2.7-2.6 3.7-.5z',
  addOn: 'M8 3v10M3 8h10',
  coupon: 'M2.5 5h11v2a1 1 0 0 0 0 2v2h-11V9a1 1 0 0 0 0-2zM9.5 5v6',
  customer: 'M8 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM3 13.5c.6-2.4 2.6-3.7 5-3.7s4.400 1.300 5 3.700',
  subscription: 'M13 8a5 5 0 0 1-9 3M3 8a5 5 0 0 1 9-3M12.500 2.500V5H10M3.500 13.500V11H6',
  invoice: 'M4 2.500h8v11l-2-1.200-2 1.200-2-1.200-2 1.200zM6 5.500h4M6 8.500h4',
  payment: 'M2.500 4.500h11v7h-11zM2.500 7h11M5 9.500h2',
  creditNote: 'M4 2.500h8v11l-2-1.200-2 1.200-2-1.200-2 1.200zM6 7h4',
  wallet: 'M2.500 5h10.500v8H3a.500.500 0 0 1-.500-.500zM2.500 5l8-2.500V5M10.500 9H13',
  chart: 'M2.500 2.500v11h11M5 10l3-3.500 2 2 3-4',
  alert: 'M8 2.500l6 10.500H2zM8 6.500v3M8 11.200v.300',
  code: 'M5.500 4.500 2 8l3.500 3.500M10.500 4.500 14 8l-3.500 3.500',
  event: 'M9 2 3.500 9H8l-1 5 5.500-7H8z',
  key: 'M10 6.500a2.500 2.500 0 1 0-2.400 2.500L9 10.500h1.500V12H12v1.500h2v-2l-4.200-4.200M10.500 5h0',
  webhook:
    'M8 5.500 5.500 10M8 5.500a1.800 1.800 0 1 0-1.800-1.800M5.500 10a1.800 1.800 0 1 0 1.800 1.800M7.300 11.800h4.400a1.800 1.800 0 1 0-1.600-1',
  settings:
    'M8 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM8 2v1.500M8 12.500V14M2 8h1.500M12.500 8H14M3.800 3.800l1 1M11.200 11.200l1 1M12.200 3.800l-1 1M4.800 11.200l-1 1',
  search: 'M7 11.500a4.500 4.500 0 1 0 0-9 4.500 4.500 0 0 0 0 9zM10.500 10.500l3 3',
  plus: 'M8 3v10M3 8h10',
  close: 'M4 4l8 8M12 4l-8 8',
  check: 'M3 8.500l3.200 3.200L13 4.800',
  more: 'M3.500 8h.010M8 8h.010M12.500 8h.010',
  down: 'M4 6l4 4 4-4',
  right: 'M6 4l4 4-4 4',
  left: 'M10 4 6 8l4 4',
  copy: 'M5.500 5.500h7v7h-7zM10.500 5.500v-2h-7v7h2',
  menu: 'M2.500 4.500h11M2.500 8h11M2.500 11.500h11',
  sun: 'M8 10.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5zM8 2v1.200M8 12.800V14M2 8h1.200M12.800 8H14M3.800 3.800l.8.800M11.400 11.400l.8.800M12.200 3.800l-.8.800M4.600 11.400l-.8.800',
  moon: 'M13 9.200A5.500 5.500 0 1 1 6.800 3 4.300 4.300 0 0 0 13 9.200z',
  clock: 'M8 13.500a5.500 5.500 0 1 0 0-11 5.500 5.500 0 0 0 0 11zM8 5v3.200l2 1.300',
  link: 'M6.500 9.500l3-3M5.500 7 4 8.500a2.500 2.500 0 0 0 3.500 3.500L9 10.500M10.500 9 12 7.500A2.500 2.500 0 0 0 8.500 4L7 5.500',
  trash: 'M3 4.500h10M6.500 4.500v-2h3v2M4.500 4.500l.500 9h6l.500-9',
  edit: 'M3 13l.500-2.500 7-7 2 2-7 7zM9 5l2 2',
  mail: 'M2.500 4h11v8h-11zM2.500 4.500 8 8.500l5.500-4',
  download: 'M8 2.500v8M4.500 7.500 8 11l3.500-3.500M3 13.500h10',
  activity: 'M2 8h3l1.500-4.500 3 9L11 8h3',
  help: 'M8 13.500a5.500 5.500 0 1 0 0-11 5.500 5.500 0 0 0 0 11zM6.300 6.300A1.700 1.700 0 1 1 8 8v1M8 11v.200',
  signOut: 'M6 2.500H3v11h3M7 8h6.500M11 5.500 13.500 8 11 10.500',
} as const

export type IconName = keyof typeof PATHS

/** A small drawing beside a text that says the same; never the only name of anything. */
export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }): ReactElement {
  return (
    <svg
      className="icon"
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth={name === 'more' ? 2.4 : 1.5}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  )
}
