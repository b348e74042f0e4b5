// The parts of ECharts that the page uses, for esbuild: half of the size of all of it.
import {init, use} from 'echarts/core';
import {CustomChart, HeatmapChart} from 'echarts/charts';
import {AriaComponent, GridComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent,
        VisualMapContinuousComponent} from 'echarts/components';
import {SVGRenderer} from 'echarts/renderers';

use([CustomChart, HeatmapChart, AriaComponent, GridComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent,
     VisualMapContinuousComponent, SVGRenderer]);
export {init};
