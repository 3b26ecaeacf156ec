// AssemblyScript, compiled into `scan.as.ts`.

/** ln(1 + x) of two finite numbers that are not negative, float64 [2], with the bits that
 *  `Math.log1p` gives of one: 1 + x = 2ᵏ · (1 + f) with 1 + f from √½ to √2, and a polynomial in
 *  s = f / (2 + f) for the rest. c: what 1 + x lost by rounding.
 *  Source: FreeBSD's s_log1p.c, whose constants these are. */
// @ts-ignore: decorator
@inline
export function logOfTwo(x: v128): v128 {
  const one = f64x2.splat(1);
  const whole = f64x2.add(one, x);
  const high = i64x2.add(i64x2.shr_u(whole, 32), i64x2.splat(0x3ff00000 - 0x3fe6a09e));
  const k = i64x2.sub(i64x2.shr_u(high, 20), i64x2.splat(0x3ff));
  const fraction = i64x2.add(v128.and(high, i64x2.splat(0xfffff)), i64x2.splat(0x3fe6a09e));
  const low = v128.and(whole, i64x2.splat(0xffffffff));
  // Below √2 − 1 nothing is lost: f is x itself.
  const isSmall = f64x2.lt(x, f64x2.splat(reinterpret<f64>(0x3fda827a00000000)));
  const reduced = f64x2.sub(v128.or(i64x2.shl(fraction, 32), low), one);
  const f = v128.bitselect(x, reduced, isSmall);
  const lost = v128.bitselect(
    f64x2.sub(one, f64x2.sub(whole, x)),
    f64x2.sub(x, f64x2.sub(whole, one)),
    i64x2.gt_s(k, i64x2.splat(1)),
  );
  const c = v128.andnot(f64x2.div(lost, whole), isSmall);
  const halfSquare = f64x2.mul(f64x2.mul(f64x2.splat(0.5), f), f);
  const s = f64x2.div(f, f64x2.add(f64x2.splat(2), f));
  const r = polynomial(f64x2.mul(s, s));
  const exponent = f64x2.convert_low_i32x4_s(v128.shuffle<i32>(k, k, 0, 2, 0, 2));
  const highPart = f64x2.mul(exponent, f64x2.splat(reinterpret<f64>(0x3fe62e42fee00000)));
  const lowPart = f64x2.mul(exponent, f64x2.splat(reinterpret<f64>(0x3dea39ef35793c76)));
  const sum = f64x2.add(f64x2.mul(s, f64x2.add(halfSquare, r)), f64x2.add(lowPart, c));
  return f64x2.add(f64x2.add(f64x2.sub(sum, halfSquare), f), highPart);
}

// @ts-ignore: decorator
@inline
function polynomial(z: v128): v128 {
  const w = f64x2.mul(z, z);
  let even = f64x2.splat(reinterpret<f64>(0x3fc39a09d078c69f));
  even = f64x2.add(f64x2.splat(reinterpret<f64>(0x3fcc71c51d8e78af)), f64x2.mul(w, even));
  even = f64x2.add(f64x2.splat(reinterpret<f64>(0x3fd999999997fa04)), f64x2.mul(w, even));
  let odd = f64x2.splat(reinterpret<f64>(0x3fc2f112df3e5244));
  odd = f64x2.add(f64x2.splat(reinterpret<f64>(0x3fc7466496cb03de)), f64x2.mul(w, odd));
  odd = f64x2.add(f64x2.splat(reinterpret<f64>(0x3fd2492494229359)), f64x2.mul(w, odd));
  odd = f64x2.add(f64x2.splat(reinterpret<f64>(0x3fe5555555555593)), f64x2.mul(w, odd));
  return f64x2.add(f64x2.mul(z, odd), f64x2.mul(w, even));
}
