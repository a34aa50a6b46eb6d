import CliTable from 'cli-table3';
import { growingCosts } from './growth.ts';
import type { Grid } from './report.ts';
import {
  aimsGrid,
  clientsGrid,
  cpuGrid,
  growthGrid,
  throughputGrid,
  timesGrid,
  unitsGrid,
} from './report.ts';
import type { Results } from './results.ts';

/** Formats the results for a terminal. */
export function terminalText({ machine, engine, items, throughput, units, growth }: Results): string {
  const growing = growingCosts(growth);
  return [
    `${machine.cpu}, ${machine.cores} cores, node ${machine.node}, load ${machine.loadBefore.toFixed(1)} before the run`,
    `${engine}; ${items.toLocaleString('en')} items to begin with`,
    gridText('API : raw SDK loop; medians of the rounds, ratios with min–max', throughputGrid(throughput)),
    gridText('CPU time an operation, likewise', cpuGrid(throughput)),
    gridText(
      'CPU time an operation of the API, of the API over the SDK, and of raw loops',
      clientsGrid(throughput),
    ),
    gridText('Times of the same, p50 / p99 ms', timesGrid(throughput)),
    gridText('Capacity units an operation', unitsGrid(units)),
    ...(growth.length === 0
      ? []
      : [
          gridText('Growth: messages in one group', growthGrid(growth, 'messages')),
          gridText('Growth: groups of one person', growthGrid(growth, 'groups')),
          growing.length === 0 ? 'No cost grows.' : `COSTS GROW:\n${growing.join('\n')}`,
        ]),
    gridText('Aims', aimsGrid(throughput)),
    '',
  ].join('\n');
}

/** Formats a table for a terminal, under its title. */
export function gridText(title: string, grid: Grid): string {
  const colour = process.stdout.isTTY ? {} : { style: { head: [], border: [] } };
  const table = new CliTable({ head: [...grid.head], chars: NO_LINES_BETWEEN_ROWS, ...colour });
  table.push(...grid.rows.map((row) => [...row]));
  return `\n${title}\n${table.toString()}`;
}

const NO_LINES_BETWEEN_ROWS = { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' };
