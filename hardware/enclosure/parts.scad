// Written by `make hardware-sheets` from hardware/boards and hardware/parts.toml; do not edit.
// Millimetres and degrees.

wall = 2.4;
play = 0.5;
pi_size = [85, 56, 17];
pi_holes = [58, 49];
pi_holes_from = [23.5, 3.5];
pi_feet = 5;
pi_jumpers = 18;
panel_plugs = 12;
buzzer_size = [14, 14, 8];
sign_lines = ["Sorry, ik heb", "even geen tijd", "voor je"];
sign_letter = 15;
sign_pitch = 27;
sign_size = [200, 101, 32];
sign_plate = 1.6;
strip_row = 150;

boards = ["oled-0.96-ssd1306", "oled-1.3-sh1106", "oled-1.3-sh1106-duo-rgb", "oled-1.3-sh1106-relay", "oled-2.42-ssd1309", "oled-3.12-ssd1322"];

// One row a board; the functions below name the columns.
numbers = [
  [23.76, 12.88, 1.6, 28.3, 28.8, 4.1, 55.15, 46.8, 53, 7.45, 43.08, 88.93, 104.4, 114.3, 30, 35, 36, 45.5, 2.9, [[0, 0], [0, 43.08], [53, 50.52], [79.74, 88.93], [104.4, 88.93], [104.4, 0]]],  // oled-0.96-ssd1306
  [31.44, 16.72, 1.9, 36.4, 34.5, 4.3, 55.15, 52.5, 53, 7.45, 43.08, 93.61, 104.4, 114.3, 30, 35, 36, 45.5, 2.9, [[0, 0], [0, 43.08], [53, 50.52], [83, 93.61], [104.4, 93.61], [104.4, 0]]],  // oled-1.3-sh1106
  [31.44, 16.72, 1.9, 36.4, 34.5, 4.3, 55.15, 52.5, 53, 7.45, 43.08, 93.61, 104.4, 114.3, 30, 35, 36, 45.5, 2.9, [[0, 0], [0, 43.08], [53, 50.52], [83, 93.61], [104.4, 93.61], [104.4, 0]]],  // oled-1.3-sh1106-duo-rgb
  [31.44, 16.72, 1.9, 36.4, 34.5, 4.3, 55.15, 52.5, 53, 7.45, 43.08, 93.61, 104.4, 114.3, 30, 35, 36, 45.5, 2.9, [[0, 0], [0, 43.08], [53, 50.52], [83, 93.61], [104.4, 93.61], [104.4, 0]]],  // oled-1.3-sh1106-relay
  [57.04, 29.52, 1.5, 73, 44.5, 6, 66.42, 62.5, 53, 7.45, 43.08, 107.81, 104.4, 114.3, 30, 35, 36, 45.5, 2.9, [[0, 0], [0, 43.08], [53, 50.52], [78, 107.81], [104.4, 107.81], [104.4, 0]]],  // oled-2.42-ssd1309
  [78.8, 21.2, 0.5, 101.5, 34.5, 6.3, 63.61, 52.5, 53, 7.45, 43.08, 97.55, 104.4, 126.3, 30, 35, 36, 45.5, 2.9, [[0, 0], [0, 43.08], [53, 50.52], [76.33, 97.55], [104.4, 97.55], [104.4, 0]]],  // oled-3.12-ssd1322
];

function row_of(board) = numbers[search([board], boards)[0]];
function window_w(board) = row_of(board)[0];
function window_h(board) = row_of(board)[1];
function window_up(board) = row_of(board)[2];
function pocket_w(board) = row_of(board)[3];
function pocket_h(board) = row_of(board)[4];
function pocket_d(board) = row_of(board)[5];
function tilt_deg(board) = row_of(board)[6];
function face_length(board) = row_of(board)[7];
function deck_length(board) = row_of(board)[8];
function deck_rise(board) = row_of(board)[9];
function front_height(board) = row_of(board)[10];
function height(board) = row_of(board)[11];
function depth(board) = row_of(board)[12];
function width(board) = row_of(board)[13];
function button_hole(board) = row_of(board)[14];
function button_rim(board) = row_of(board)[15];
function button_depth(board) = row_of(board)[16];
function pi_front(board) = row_of(board)[17];
function pi_left(board) = row_of(board)[18];
function side_profile(board) = row_of(board)[19];
