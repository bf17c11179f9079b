import { hasLibrary, nodeModule } from '../device/node-modules.ts';

const driver = '/usr/lib/chromium/vk_swiftshader_icd.json';
const loader = '/usr/lib/chromium/libvulkan.so.1';

/**
 * Lets Dawn find the software Vulkan driver that Debian's Chromium brings, on machines where nobody has named
 * another, and its loader where the system has none. Does nothing elsewhere.
 */
export function offerSoftwareVulkan(): void {
  const files = nodeModule('node:fs');
  if (files === undefined || process.platform !== 'linux') return;
  const isChosen = process.env.VK_ICD_FILENAMES !== undefined || process.env.VK_DRIVER_FILES !== undefined;
  if (!isChosen && files.existsSync(driver)) process.env.VK_ICD_FILENAMES = driver;
  if (!hasLibrary('libvulkan.so.1') && files.existsSync(loader)) hasLibrary(loader);
}
