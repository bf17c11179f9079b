import { show } from './show.js';
import { trainOnBoth } from './train.js';

show(trainOnBoth);
