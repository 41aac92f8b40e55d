/** A linear scale from 0 to `max` onto two positions of the drawing. */
export function scaleOf(max: number, from: number, to: number): (value: number) => number {
  const span = max > 0 ? max : 1
  return (value) => from + (value / span) * (to - from)
}

/** At most `count` round steps from 0 up to `max`. */
export function niceTicks(max: number, count: number): readonly number[] {
  if (!(max > 0)) return [0]
  const rough = max / count
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power
  const ticks: number[] = []
  for (let n = 0; n * step <= max * 1.0001; n += 1) ticks.push(Number((n * step).toPrecision(12)))
  return ticks
}
