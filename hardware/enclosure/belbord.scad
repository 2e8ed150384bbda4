// Belbord: the desk unit's case and the sign box on the counter.
//
// Every size of a part comes from parts.scad, which `make hardware-sheets` writes from the board files and parts.toml.
// Change a part or a choice there; change here only how the case is built.
//
//   openscad -D 'board="oled-2.42-ssd1309"' -D 'part="body"' -o body.stl belbord.scad
//
// X runs to the right, Y from the front to the back, Z upwards. Millimetres. Drawn and computed, not yet built.

include <parts.scad>

board = "oled-1.3-sh1106";  // one of `boards` in parts.scad
part = "unit";              // unit | exploded | body | bottom | clamp | clash | sign | sign_box | sign_plate

/* [How it is printed] */
pilot = 2.5;                // hole for an M3 self-tapping screw
pilot_small = 2.1;          // hole for M2.5
boss = 7;                   // pillar around a pilot hole
vent = [2, 18];             // width and length of an opening
cable = 6.5;                // the sign's cable, with its sleeve
foot = 10.5;                // recess for a rubber foot
round = 3;                  // corners of the outline
font = "DejaVu Sans:style=Bold";

$fn = 48;
e = 0.01;                   // what is cut goes a little further than what it is cut from

assert(len(search([board], boards)) == 1 && search([board], boards)[0] != [],
       str("board: use one of ", boards));

w = width(board);
d = depth(board);
h = height(board);
tilt = tilt_deg(board);
deck = deck_length(board);
deck_z = front_height(board) + deck_rise(board);
face_mid = face_length(board) / 2;
clamp_at = [for (side = [-1, 1], end = [-1, 1])
    [side * (pocket_w(board) / 2 + boss / 2 + 1), end * (pocket_h(board) / 2 - boss / 2)]];
lid_at = [[boss / 2 + wall, boss / 2 + wall], [w - boss / 2 - wall, boss / 2 + wall],
          [w - boss / 2 - wall, d - boss / 2 - wall]];
// The fourth screw stands beside the Pi, whose sockets fill the corner at the back left.
lid_all = concat(lid_at, [[boss / 2 + wall, pi_front(board) - boss / 2 - 1]]);

assert(window_w(board) < pocket_w(board) && window_h(board) < pocket_h(board), "the window is larger than the panel");
assert(pocket_w(board) + 2 * (boss + 1) <= w - 2 * wall, "the panel's clamps do not fit between the sides");
assert(button_rim(board) < deck, "the button does not fit on the deck");
assert(pi_left(board) + pi_size[0] + buzzer_size[0] < w, "no room for the buzzer beside the Pi");

assert(len(sign_lines) > 1, "the sign hangs by two keyholes between its rows: give it two lines or more");

if (part == "unit") unit();
else if (part == "exploded") exploded();
else if (part == "body") body();
else if (part == "bottom") bottom();
else if (part == "clamp") clamp();
else if (part == "clash") clash();
else if (part == "sign") { sign_box(); translate([0, 0, sign_size[2]]) sign_plate(); }
else if (part == "sign_box") sign_box();
else if (part == "sign_plate") sign_plate();
else assert(false, str("part: there is no ", part));

// ---- the whole, to look at

module unit() {
    color("#e9e5da") body();
    color("#8d8a82") bottom();
    on_deck() color("#f3c74a") button();
    on_face() color("#0b0d10") translate([0, 0, -wall - 1]) panel();
}

module exploded() {
    color("#e9e5da") translate([0, 0, 55]) body();
    translate([0, 0, 55]) on_deck() translate([0, 0, 28]) color("#f3c74a") button();
    translate([0, 0, 55]) on_face() translate([0, 0, 24]) module_and_glass();
    color("#8d8a82") bottom();
    color("#2f8f4e") translate([pi_left(board), pi_front(board), wall + pi_feet + 0.2]) pi();
}

module button() {
    cylinder(d = button_rim(board), h = 3);
    translate([0, 0, 3]) cylinder(d = button_rim(board) - 9, h = 4);
    translate([0, 0, -button_depth(board)]) cylinder(d = button_hole(board) - 2, h = button_depth(board));
}

module panel() {
    translate([0, window_up(board), 0]) cube([window_w(board), window_h(board), 1], center = true);
}

module module_and_glass() {
    color("#1d4f7c") translate([0, 0, -pocket_d(board)])
        cube([pocket_w(board) - 2 * play, pocket_h(board) - 2 * play, 1.6], center = true);
    color("#0b0d10") panel();
}

module pi() {
    difference() {
        cube([pi_size[0], pi_size[1], 1.6]);
        pi_hole_places() translate([0, 0, -1]) cylinder(d = 2.7, h = 4);
    }
    translate([26, 1, 1.6]) cube([51, 5, 8.5]);
    for (y = [2, 21, 40]) translate([-2.5, y, 1.6]) cube([19, 14, y == 40 ? 13.5 : 16]);
    translate([69, pi_size[1] - 6, 1.6]) cube([9, 7.3, 3.2]);
}

// Where plastic and a part want the same place. Must be empty: `make enclosure` fails when it is not.
module clash() {
    intersection() {
        union() { body(); bottom(); }
        union() {
            translate([pi_left(board), pi_front(board), wall + pi_feet + 0.01]) pi();
            translate([pi_left(board) + 26, pi_front(board) + 1, wall + pi_feet + 1.6])
                cube([51, 5, pi_jumpers]);
            on_face() translate([0, 0, -wall - 0.01 - (pocket_d(board) + panel_plugs) / 2])
                cube([pocket_w(board) - 2 * play, pocket_h(board) - 2 * play, pocket_d(board) + panel_plugs], center = true);
            on_deck() translate([0, 0, -button_depth(board)]) cylinder(d = button_hole(board), h = button_depth(board));
            on_deck() translate([0, 0, 0.01]) cylinder(d = button_rim(board), h = 3);
            translate([w - wall - 0.01 - buzzer_size[2], d * 0.62 - buzzer_size[1] / 2, 30 - buzzer_size[0] / 2])
                cube([buzzer_size[2], buzzer_size[1], buzzer_size[0]]);
        }
    }
}

// ---- the case

module body() {
    difference() {
        union() {
            difference() {
                across() outline();
                hollow();
            }
            intersection() {
                across() outline();
                union() {
                    lid_bosses();
                    on_face() panel_seat();
                }
            }
        }
        bottom_edge();
        on_face() window();
        on_deck() translate([0, 0, -3 * wall]) cylinder(d = button_hole(board) + play, h = 6 * wall);
        for (at = lid_all) translate([at[0], at[1], -e]) cylinder(d = pilot, h = wall + 14);
        pi_openings();
        vents();
        cable_exit();
        sound_holes();
    }
}

module outline() {
    offset(r = round) offset(delta = -round) polygon(side_profile(board));
}

// A side drawing (front to back, up) becomes a solid as wide as the case.
module across(margin = 0) {
    translate([margin, 0, 0]) rotate([90, 0, 90]) linear_extrude(w - 2 * margin) children();
}

module hollow() {
    across(wall) union() {
        offset(delta = -wall) outline();
        translate([wall, -e]) square([d - 2 * wall, 2 * wall + e]);
    }
}

// The body begins above the bottom plate, which lies under all of it.
module bottom_edge() {
    translate([-1, -1, -1]) cube([w + 2, d + 2, wall + 1]);
}

// Origin in the middle of the face, Z out of it.
module on_face() {
    translate([w / 2, deck + face_mid * cos(tilt), deck_z + face_mid * sin(tilt)]) rotate([tilt, 0, 0]) children();
}

// Origin in the middle of the deck, Z out of it.
module on_deck() {
    translate([w / 2, deck / 2, deck_z - deck_rise(board) / 2]) rotate([atan2(deck_rise(board), deck), 0, 0]) children();
}

// The lit area with its margin, wider to the outside so that a slanting look still sees all of it.
module window() {
    translate([0, window_up(board), 0]) hull() {
        translate([0, 0, -wall - e]) cube([window_w(board), window_h(board), e], center = true);
        translate([0, 0, e]) cube([window_w(board) + 2 * wall, window_h(board) + 2 * wall, e], center = true);
    }
}

// A rim that keeps the panel's board in place, and four pillars for the clamps; the holes are blind.
module panel_seat() {
    translate([0, 0, -wall - pocket_d(board)]) linear_extrude(pocket_d(board) + e) difference() {
        square([pocket_w(board) + 2.4, pocket_h(board) + 2.4], center = true);
        square([pocket_w(board), pocket_h(board)], center = true);
        square([pocket_w(board) + 9, pocket_h(board) - 14], center = true);
        square([pocket_w(board) - 14, pocket_h(board) + 9], center = true);
    }
    for (at = clamp_at) translate([at[0], at[1], -wall - pocket_d(board)]) difference() {
        cylinder(d = boss, h = pocket_d(board) + e);
        translate([0, 0, -e]) cylinder(d = pilot_small, h = pocket_d(board));
    }
}

module lid_bosses() {
    for (at = lid_all) translate([at[0], at[1], 0]) {
        cylinder(d = boss, h = wall + 16);
        translate([0, 0, wall + 16]) cylinder(d1 = boss, d2 = 0, h = boss);
        // Tied to the nearest side wall.
        side = at[0] < w / 2 ? -1 : 1;
        translate([side < 0 ? -boss / 2 - wall : 0, -boss / 2, 0]) cube([boss / 2 + wall, boss, wall + 16]);
    }
}

// Notches from the lower edge, so that the Pi goes in on its plate with its sockets in them.
module pi_openings() {
    z = wall + pi_feet + 1.6;
    translate([-1, pi_front(board) + 1, wall - e]) cube([wall + 2, pi_size[1] - 2, z + 17 - wall]);
    translate([pi_left(board) + pi_size[0] - 60, d - wall - 1, wall - e]) cube([57, wall + 2, z + 9 - wall]);
}

module vents() {
    count = floor((w - 50) / (3 * vent[0]));
    for (n = [0 : count - 1])
        translate([w / 2 + (n - (count - 1) / 2) * 3 * vent[0] - vent[0] / 2, d - wall - 1, h - 12 - vent[1]])
            cube([vent[0], wall + 2, vent[1]]);
}

// At the back, right of the Pi. Inside, a tie around the cable takes the pull.
module cable_exit() {
    translate([w - wall - boss - cable, d + 1, wall + 26]) rotate([90, 0, 0]) cylinder(d = cable, h = wall + 2);
}

// Right side, where the buzzer is glued.
module sound_holes() {
    for (a = [0 : 60 : 300]) translate([w - wall - 1, d * 0.62, 30]) rotate([0, 90, 0])
        translate([4 * cos(a), 4 * sin(a), 0]) cylinder(d = 1.8, h = wall + 2);
    translate([w - wall - 1, d * 0.62, 30]) rotate([0, 90, 0]) cylinder(d = 1.8, h = wall + 2);
}

module bottom() {
    difference() {
        union() {
            translate([0, 0, 0]) cube([w, d, wall - play / 2]);
            translate([pi_left(board), pi_front(board), 0]) pi_hole_places() cylinder(d = 6, h = wall + pi_feet);
        }
        translate([pi_left(board), pi_front(board), -e]) pi_hole_places() cylinder(d = pilot_small, h = wall + pi_feet + 1);
        for (at = lid_all) translate([at[0], at[1], -e]) {
            cylinder(d = 3.3, h = wall + 1);
            cylinder(d1 = 6.4, d2 = 3.3, h = 1.6);
        }
        for (n = [0 : 7]) translate([pi_left(board) + 34 + n * 6, pi_front(board) + 14, -e])
            cube([vent[0], 28, wall + 1]);
        for (x = [16, w - 16], y = [20, d - 22])
            translate([x, y, -e]) cylinder(d = foot, h = 0.6);
    }
}

module pi_hole_places() {
    for (x = [0, 1], y = [0, 1])
        translate([pi_holes_from[0] + x * pi_holes[0], pi_holes_from[1] + y * pi_holes[1], 0]) children();
}

// A bar over the short side of the panel's board; print two.
module clamp() {
    long = pocket_h(board);
    difference() {
        translate([-boss / 2, -long / 2, 0]) cube([boss + 6, long, 3]);
        for (at = clamp_at) if (at[0] > 0) translate([0, at[1], -e]) cylinder(d = 2.8, h = 4);
    }
}

// ---- the sign on the counter

module sign_box() {
    difference() {
        rounded(sign_size[0], sign_size[1], sign_size[2]);
        difference() {
            translate([wall, wall, wall]) rounded(sign_size[0] - 2 * wall, sign_size[1] - 2 * wall, sign_size[2]);
            sign_corners() cylinder(d = boss + 2, h = sign_size[2]);
        }
        sign_corners() translate([0, 0, sign_size[2] - 12]) cylinder(d = pilot, h = 13);
        // Cable in the lower side; two keyholes in the back, between the rows of strip, to hang it.
        translate([sign_size[0] / 2, wall + 1, wall + cable / 2 + 1]) rotate([90, 0, 0]) cylinder(d = cable, h = wall + 2);
        for (x = [0.2, 0.8]) translate([sign_size[0] * x, (sign_rows()[0] + sign_rows()[1]) / 2 - 3, -e]) {
            cylinder(d = 8, h = wall + 1);
            hull() { cylinder(d = 4, h = wall + 1); translate([0, 6.5, 0]) cylinder(d = 4, h = wall + 1); }
        }
    }
    // A shallow rail along each row of strip.
    for (y = sign_rows(), side = [-1, 1])
        translate([(sign_size[0] - strip_row) / 2, y + side * 6 - 0.6, wall - e]) cube([strip_row, 1.2, 1.6]);
}

// Printed on its face: black with the letters left open, then white over all of it, which holds the letters' islands.
module sign_plate() {
    color("#26231f") difference() {
        translate([0, 0, sign_plate / 2]) rounded(sign_size[0], sign_size[1], sign_plate / 2);
        translate([0, 0, sign_plate / 2 - e]) linear_extrude(sign_plate) sign_text();
        sign_corners() cylinder(d = 3.3, h = 2 * sign_plate);
    }
    sign_white();
}

module sign_white() {
    color("#fbfaf6") difference() {
        rounded(sign_size[0], sign_size[1], sign_plate / 2);
        sign_corners() translate([0, 0, -e]) cylinder(d = 3.3, h = sign_plate);
    }
}

module sign_text() {
    rows = sign_rows();
    for (n = [0 : len(sign_lines) - 1])
        translate([sign_size[0] / 2, rows[n] - sign_letter / 2])
            text(sign_lines[n], size = sign_letter, font = font, halign = "center");
}

// The middle of each line of text and of the strip behind it, from the top one down.
function sign_rows() = [for (n = [0 : len(sign_lines) - 1])
    sign_size[1] / 2 + ((len(sign_lines) - 1) / 2 - n) * sign_pitch];

module sign_corners() {
    for (x = [5.5, sign_size[0] - 5.5], y = [5.5, sign_size[1] - 5.5]) translate([x, y, 0]) children();
}

module rounded(x, y, z) {
    linear_extrude(z) offset(r = round) offset(delta = -round) square([x, y]);
}
