import { tf } from '../tf.ts';

/**
 * tfjs's cpu backend advertises tfjs-node on its first write. `PROD` mutes that line, and with it every
 * other warning of tfjs, so it is set for this one write only.
 */
export function silenceNodeBanner(): void {
  const environment = tf.env();
  if (!environment.getBool('IS_NODE')) return;
  const cpu = tf.findBackend('cpu');
  if (cpu === null) return;
  const wasProduction = environment.getBool('PROD');
  environment.set('PROD', true);
  const dataId = cpu.write(new Float32Array(1), [1], 'float32');
  cpu.disposeData(dataId, true);
  environment.set('PROD', wasProduction);
}
