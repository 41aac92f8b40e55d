import type { LoadGenerator } from './load.ts'
import type { WeirServer } from './weir-server.ts'

/** One line of the table: a figure with a reference measured in the same run. */
export type Figure = {
  readonly name: string
  readonly what: string
  readonly unit: string
  readonly value: number
  readonly reference: number
  readonly referenceWhat: string
  readonly ratio: number
  readonly target: number
  /** True when the ratio must reach the target, false when it must not exceed it. */
  readonly isFloor: boolean
  /** Additional conditions by name; all must be true. */
  readonly conditions?: Readonly<Record<string, boolean>>
  readonly details: Readonly<Record<string, unknown>>
}

export type Setting = {
  /** The project's root, for benchmarks that start their own servers. */
  readonly root: string
  readonly server: WeirServer
  readonly load: LoadGenerator
  readonly isQuick: boolean
  /** Whether to add where PostgreSQL spends its time, for the benchmarks that can tell. */
  readonly isProfiled: boolean
  /** How many subscriptions the billing benchmarks bill, in place of their own sizes. */
  readonly sizes: readonly number[] | undefined
}

export type Benchmark = {
  readonly name: string
  readonly run: (setting: Setting) => Promise<readonly Figure[]>
}

export function isReached(figure: Figure): boolean {
  const isNear = figure.isFloor ? figure.ratio >= figure.target : figure.ratio <= figure.target
  return isNear && Object.values(figure.conditions ?? {}).every(Boolean)
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}

/** Measures pairs of figure and reference and reports the pair with the median ratio. */
export function middle(pairs: readonly { value: number; reference: number }[]) {
  const ratio = median(pairs.map((pair) => pair.value / pair.reference))
  const chosen = pairs.find((pair) => pair.value / pair.reference === ratio)
  const { value = Number.NaN, reference = Number.NaN } = chosen ?? {}
  return {
    value,
    reference,
    ratio,
    ratios: pairs.map((pair) => Number((pair.value / pair.reference).toFixed(3))),
  }
}
