import { loadLibrary, nodeModule } from '../device/node-modules.ts';

const driver = '/usr/lib/chromium/vk_swiftshader_icd.json';
const loader = '/usr/lib/chromium/libvulkan.so.1';

/**
 * Lets Dawn find the software Vulkan driver that Debian's Chromium brings, with its loader, on machines where
 * nobody has set up another. Does nothing elsewhere.
 */
export function offerSoftwareVulkan(): void {
  const files = nodeModule('node:fs');
  if (files === undefined || process.platform !== 'linux') return;
  if (process.env.VK_ICD_FILENAMES !== undefined || process.env.VK_DRIVER_FILES !== undefined) return;
  if (!files.existsSync(driver)) return;
  process.env.VK_ICD_FILENAMES = driver;
  if (!files.existsSync(loader)) return;
  try {
    loadLibrary(loader);
  } catch {
    // Node says "Module did not self-register"; the library is loaded, which is all that Dawn needs.
  }
}
