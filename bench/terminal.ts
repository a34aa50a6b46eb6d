import CliTable from 'cli-table3';
import { growingCosts } from './growth.ts';
import type { Grid } from './report.ts';
import {
  aimsGrid,
  clientsGrid,
  cpuGrid,
  growthGrid,
  missedGrid,
  throughputGrid,
  timesGrid,
  unitsGrid,
} from './report.ts';
import type { EngineResults, Results } from './results.ts';

/** Formats the results for a terminal. */
export function terminalText(results: Results): string {
  const { machine, compared, onEngine } = results;
  return [
    `${machine.cpu}, ${machine.cores} cores, node ${machine.node}, load ${machine.loadBefore.toFixed(1)} before the run`,
    ...(onEngine ? engineTexts(onEngine) : []),
    gridText('CPU time an operation with recorded responses, medians and ratios', clientsGrid(compared)),
    gridText('Times of the same, p50 / p99 ms', timesGrid(compared)),
    gridText('Aims', aimsGrid(results)),
    gridText('Not reached', missedGrid(results)),
    '',
  ].join('\n');
}

function engineTexts({ engine, items, throughput, units, growth }: EngineResults): string[] {
  const growing = growingCosts(growth);
  return [
    `${engine}; ${items.toLocaleString('en')} items to begin with`,
    gridText('API : raw loop; medians of the rounds, ratios with min–max', throughputGrid(throughput)),
    gridText('CPU time an operation, likewise', cpuGrid(throughput)),
    gridText('Capacity units an operation', unitsGrid(units)),
    gridText('Growth: messages in one group', growthGrid(growth, 'messages')),
    gridText('Growth: groups of one person', growthGrid(growth, 'groups')),
    growing.length === 0 ? 'No cost grows.' : `COSTS GROW:\n${growing.join('\n')}`,
  ];
}

/** Formats a table for a terminal, under its title. */
export function gridText(title: string, grid: Grid): string {
  const colour = process.stdout.isTTY ? {} : { style: { head: [], border: [] } };
  const table = new CliTable({ head: [...grid.head], chars: NO_LINES_BETWEEN_ROWS, ...colour });
  table.push(...grid.rows.map((row) => [...row]));
  return `\n${title}\n${table.toString()}`;
}

const NO_LINES_BETWEEN_ROWS = { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' };
