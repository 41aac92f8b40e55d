/** What may go wrong with a call, per thousand. */
export type Mischief =
  | 'hang_before'
  | 'hang_after'
  | 'reset_before'
  | 'reset_after'
  | 'error500_before'
  | 'error500_after'
  | 'html502'
  | 'rate429'
  | 'half_body'
export type ChaosPlan = Readonly<Partial<Record<Mischief, number>>>

/** Chooses what goes wrong; the same seed does the same. */
export class Chaos {
  private state: number

  constructor(seed: number) {
    this.state = seed
  }

  /** A number from 0 to 1. */
  random(): number {
    this.state = (Math.imul(this.state, 1_664_525) + 1_013_904_223) >>> 0
    return this.state / 2 ** 32
  }

  choose(plan: ChaosPlan): Mischief | 'none' {
    let luck = this.random() * 1000
    for (const [mischief, share] of Object.entries(plan) as [Mischief, number][]) {
      luck -= share
      if (luck < 0) return mischief
    }
    return 'none'
  }
}
